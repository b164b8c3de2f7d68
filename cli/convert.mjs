import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError, flag, json as jsonOption, text } from './arguments.mjs';
import { bytes, json, plural, safe } from './text.mjs';
import { Refusal } from './torsh.mjs';

const FORMATS = { safetensors: 'safetensors', pt: 'pt', pth: 'pt', npz: 'npz', npy: 'npy' };

function formatOf(file) {
  const ending = /\.(\w+)$/.exec(file)?.[1].toLowerCase();
  if (!Object.hasOwn(FORMATS, ending ?? '')) throw new UsageError(`'${file}' does not say its format: it must end in ${Object.keys(FORMATS).map((name) => `.${name}`).join(', ')}`);
  return FORMATS[ending];
}

const isDict = (torsh, x) => typeof x === 'object' && x !== null && !torsh.isTensor(x) && !ArrayBuffer.isView(x);
const entriesOf = (x) => (x instanceof Map ? [...x].map(([key, value]) => [String(key), value]) : x instanceof Set ? [...x].map((value, i) => [String(i), value]) : Object.entries(x));
const kindOf = (x) => (x === null ? 'null' : ArrayBuffer.isView(x) ? `${x.byteLength} bytes` : typeof x === 'object' ? 'a container without tensors' : `a ${typeof x} (${String(x).slice(0, 40)})`);

/** The part of a value that a path of names leads to. */
function partOf(torsh, value, path) {
  let at = value;
  const names = path.split('.');
  for (let i = 0; i < names.length;) {
    if (!isDict(torsh, at)) throw new Refusal(`there is no '${path}': '${names.slice(0, i).join('.')}' has no parts`);
    const entries = new Map(entriesOf(at));
    // Names may hold dots themselves: the longest that is there.
    let taken = names.length - i;
    while (taken > 0 && !entries.has(names.slice(i, i + taken).join('.'))) taken--;
    if (taken === 0) throw new Refusal(`there is no '${path}': ${i === 0 ? 'the file' : `'${names.slice(0, i).join('.')}'`} holds ${[...entries.keys()].slice(0, 12).join(', ') || 'nothing'}`);
    at = entries.get(names.slice(i, i + taken).join('.'));
    i += taken;
  }
  return at;
}

/** Tensors by name, the names of nested ones joined by dots; and the names of what is none. */
function flatten(torsh, value) {
  const tensors = new Map(), others = [];
  const visit = (x, name) => {
    if (torsh.isTensor(x)) {
      if (tensors.has(name)) throw new Refusal(`two tensors would be called '${name}'`);
      tensors.set(name, x);
    } else if (isDict(torsh, x) && entriesOf(x).length > 0) {
      for (const [key, member] of entriesOf(x)) visit(member, name === '' ? key : `${name}.${key}`);
    } else others.push([name, x]);
  };
  visit(value, '');
  return { tensors, others };
}

/** What a format that knows only tensors by name can hold of a value. */
function tensorsFor(torsh, value, format, drop) {
  if (torsh.isTensor(value)) {
    if (format === 'npz') return { arr_0: value };
    throw new Refusal(`the file holds one tensor without a name, which ${format} cannot hold; .pt, .npy and .npz can`);
  }
  const { tensors, others } = flatten(torsh, value);
  if (tensors.size === 0) throw new Refusal('it holds no tensors');
  if (others.length > 0 && !drop) {
    const parts = isDict(torsh, value) ? entriesOf(value).filter(([, part]) => isDict(torsh, part) && flatten(torsh, part).tensors.size > 0).map(([name]) => name) : [];
    throw new Refusal(`${format} holds tensors only, but '${others[0][0]}' is ${kindOf(others[0][1])}${others.length > 1 ? ` (and ${others.length - 1} more)` : ''}: ${
      parts.length > 0 ? `--part NAME takes a part (${parts.join(', ')}), ` : ''}--drop leaves out what is no tensor`);
  }
  return Object.fromEntries(tensors);
}

export const convert = {
  about: 'a file of one format as one of another: .pt, .safetensors, .npz, .npy',
  line: 'IN OUT',
  operands: [2, 2, 'IN or OUT'],
  options: {
    part: text('only this part of what IN holds, such as model or model.encoder', 'NAME'),
    drop: flag('leave out what OUT cannot hold because it is no tensor'),
    compress: flag('.npz: deflate the arrays'),
    force: flag('write OUT also where there is such a file'),
    json: jsonOption,
  },
  run({ part, drop, compress, force, json: machine }, [from, to], loadTorsh) {
    const format = formatOf(to);
    if (compress && format !== 'npz') throw new UsageError(`--compress is for .npz, not for .${format}`);
    if (resolve(from) === resolve(to)) throw new UsageError('IN and OUT are the same file');
    if (existsSync(to) && !force) throw new Refusal(`'${to}' is there already; --force writes over it`);
    const torsh = loadTorsh();
    const loaded = torsh.load(from);
    const value = part === null ? loaded : partOf(torsh, loaded, part);
    const metadata = isDict(torsh, loaded) ? torsh.metadataOf(loaded) : null;
    let result = value;
    if (format === 'npy') {
      const tensors = torsh.isTensor(value) ? [value] : [...flatten(torsh, value).tensors.values()];
      if (tensors.length !== 1) throw new Refusal(`an .npy file holds one tensor, but there are ${tensors.length}; --part NAME takes one, .npz holds all`);
      [result] = tensors;
    } else if (format !== 'pt') result = tensorsFor(torsh, value, format, drop);
    torsh.save(result, to, { format, ...(compress ? { compress } : {}), ...(format === 'safetensors' && metadata ? { metadata } : {}) });
    const written = torsh.inspectFile(to);
    const lost = metadata && format !== 'safetensors' ? Object.keys(metadata).filter((key) => key !== 'format' || metadata[key] !== 'pt') : [];
    if (machine) console.log(json({ from, to, format, tensors: written.tensors.length, size: written.size, metadataLeftOut: lost }));
    else {
      console.log(`${safe(from)} -> ${safe(to)}: ${plural(written.tensors.length, 'tensor')}, ${bytes(written.size)}`);
      if (lost.length > 0) console.error(`torsh convert: the metadata (${lost.map(safe).join(', ')}) stayed behind: only safetensors files have such`);
    }
  },
};
