import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { backend, json as jsonOption, positiveWhole, sizes, text, UsageError } from './arguments.mjs';
import { bold, bytes, count, json, safe, safeLines, table } from './text.mjs';
import { Refusal } from './torsh.mjs';

const isModuleFile = (file) => /\.[cm]?js$/.test(file);

/** Layers of a state dict: its tensors by what stands before the last dot of their names. */
function layersOf({ tensors }) {
  const layers = new Map();
  for (const t of tensors) {
    const dot = t.name.lastIndexOf('.'), layer = dot < 0 ? '' : t.name.slice(0, dot);
    if (!layers.has(layer)) layers.set(layer, []);
    layers.get(layer).push({ ...t, name: t.name.slice(dot + 1), elements: t.shape.reduce((a, b) => a * b, 1) });
  }
  return [...layers].map(([name, own]) => ({ name, tensors: own, elements: own.reduce((n, t) => n + t.elements, 0), bytes: own.reduce((n, t) => n + t.bytes, 0) }));
}

function summarizeFile(file, machine, torsh) {
  const contents = torsh.inspectFile(file);
  if (contents.tensors.length === 0) throw new Refusal(`${file} holds no tensors`);
  const layers = layersOf(contents);
  const total = layers.reduce((n, layer) => n + layer.elements, 0), size = layers.reduce((n, layer) => n + layer.bytes, 0);
  if (machine) {
    console.log(json({ file, format: contents.format, layers: layers.map(({ name, elements, bytes: n, tensors }) => ({ name, elements, bytes: n, tensors: tensors.map((t) => ({ name: t.name, dtype: t.dtype, shape: t.shape })) })), elements: total, bytes: size }));
    return;
  }
  console.log(bold(safe(file)));
  console.log(table([['layer', 'tensors', 'elements', 'bytes'],
    ...layers.map(({ name, tensors, elements, bytes: n }) => [name || '(the top)', tensors.map((t) => `${t.name} [${t.shape.join(', ')}]`).join(', '), count(elements), count(n)]),
    ['total', `${contents.tensors.length} in ${layers.length} layers`, count(total), bytes(size)]], { right: [2, 3] }));
}

/** The model that a module exports: a Module, or a class or function that makes one without arguments. */
async function modelOf(file, name) {
  const path = resolve(file);
  if (!existsSync(path)) throw new Refusal(`cannot read '${file}': there is no such file`);
  const address = pathToFileURL(path);
  // The torsh that the module itself finds, so that its layers are known.
  let torsh;
  try {
    torsh = createRequire(address)('torsh');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    throw new Refusal(`'${file}' finds no torsh to make a model with: npm install torsh beside it`);
  }
  const exported = await import(address.href);
  // What CommonJS exports is the default.
  const given = exported[name] ?? exported.default?.[name];
  if (given === undefined) throw new Refusal(`'${file}' exports no ${name}, but ${Object.keys(exported).join(', ') || 'nothing'}; --export NAME names it`);
  const isModule = (x) => x instanceof torsh.nn.Module;
  let model = given;
  if (!isModule(model) && typeof model === 'function') model = model.prototype instanceof torsh.nn.Module ? new model() : await model();
  if (!isModule(model)) throw new Refusal(`what '${file}' exports as ${name} is no nn.Module, nor does it make one`);
  return { torsh, model };
}

export const summary = {
  about: 'layers, shapes and parameters of a model: of a file of weights, or (which runs it) of a module that exports one',
  line: 'FILE|MODULE',
  operands: [1, 1, 'FILE or MODULE'],
  options: {
    input: sizes('MODULE: sizes of its input, such as 1,1,28,28; several times for several inputs'),
    export: text('MODULE: what it exports, an nn.Module or what makes one', 'NAME', 'default'),
    depth: positiveWhole('MODULE: how deep to go', 3),
    backend,
    json: jsonOption,
  },
  async run({ input, export: name, depth, json: machine }, [file], loadTorsh) {
    if (!isModuleFile(file)) {
      if (input) throw new UsageError('--input is for a module; a file of weights has no inputs');
      summarizeFile(file, machine, loadTorsh());
      return;
    }
    const { torsh, model } = await modelOf(file, name);
    const result = torsh.summary(model, { inputSize: input, depth });
    if (!machine) {
      console.log(safeLines(result.toString()));
      return;
    }
    const { totalParams, trainableParams, nonTrainableParams, totalMultAdds, totalBytes, root } = result;
    console.log(json({ file, totalParams, trainableParams, nonTrainableParams, totalMultAdds, totalBytes, root }));
  },
};
