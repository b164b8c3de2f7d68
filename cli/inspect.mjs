import { flag, json as jsonOption } from './arguments.mjs';
import { bold, bytes, count, json, plural, safe, table } from './text.mjs';

const shapeText = (shape) => `[${shape.join(', ')}]`;

function print(file, { format, size, metadata, tensors, values, valuesLeftOut, shards }) {
  const parts = shards ? ` in ${plural(shards.length, 'shard')}` : '';
  console.log(`${bold(safe(file))}: ${format}${parts}, ${bytes(size)}, ${plural(tensors.length, 'tensor')}`);
  if (metadata && Object.keys(metadata).length > 0) console.log(`metadata\n${table(Object.entries(metadata), { head: false })}`);
  if (tensors.length > 0) {
    const rows = tensors.map(({ name, dtype, shape, bytes: n, loadable }) => [name === '' ? '(the tensor)' : name, loadable ? dtype : `${dtype} (not in torsh)`, shapeText(shape), count(n)]);
    console.log(table([['name', 'dtype', 'shape', 'bytes'], ...rows], { right: [3] }));
    const elements = tensors.reduce((n, { shape }) => n + shape.reduce((a, b) => a * b, 1), 0);
    console.log(`  ${plural(elements, 'element')}, ${bytes(tensors.reduce((n, t) => n + t.bytes, 0))}`);
    const memories = tensors.filter((t) => t.storage !== undefined).map((t) => t.storage);
    const shared = memories.length - new Set(memories).size;
    if (shared > 0) console.log(`  ${plural(shared, 'tensor')} ${shared === 1 ? 'shares' : 'share'} the memory of another`);
  }
  if (values.length > 0) {
    console.log(`other values\n${table(values.map(({ name, text }) => [name === '' ? '(the value)' : name, text]), { head: false })}`);
    if (valuesLeftOut > 0) console.log(`  and ${count(valuesLeftOut)} more`);
  }
}

export const inspect = {
  about: 'the tensors of a file (.pt, .safetensors, .npz, .npy): names, dtypes, shapes; nothing of it is run or loaded',
  line: 'FILE...',
  operands: [1, Infinity, 'FILE'],
  options: {
    verify: flag('read all of an archive and compare its checksums'),
    json: jsonOption,
  },
  run({ verify, json: machine }, files, loadTorsh) {
    const { inspectFile } = loadTorsh();
    const found = files.map((file) => ({ file, ...inspectFile(file, { verify }) }));
    if (machine) console.log(json(found));
    else found.forEach((contents) => { print(contents.file, contents); });
  },
};
