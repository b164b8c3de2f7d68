// Reads golden values of real PyTorch (format "opinfo-golden/1": NAME.json beside NAME.bin). The full set is taken from
// TORSH_CONFORMANCE, or from shared/conformance beside the checkout; else the compact subset in test/fixtures serves.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');
const candidates = [process.env.TORSH_CONFORMANCE, join(root, '..', 'shared', 'conformance'), join(root, 'test', 'fixtures')].filter(Boolean);
if (process.env.TORSH_CONFORMANCE && !existsSync(join(process.env.TORSH_CONFORMANCE, 'opinfo', 'index.json'))) {
  throw new Error(`TORSH_CONFORMANCE=${process.env.TORSH_CONFORMANCE} has no opinfo/index.json`);
}
const folder = candidates.find((path) => existsSync(join(path, 'opinfo', 'index.json')));

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** The index: { ops: {NAME: {file, ...}}, modules: {NAME: {file, ...}} }. */
const loadIndex = (from = folder) => readJson(from, 'opinfo', 'index.json');

/** One operator's or module's file, with `bytes(i)` giving tensor i's bytes. */
function load(file, from = folder) {
  const golden = readJson(from, 'opinfo', `${file}.json`);
  const bin = readFileSync(join(from, 'opinfo', `${file}.bin`));
  golden.bytes = (i) => bin.subarray(golden.tensors[i].offset, golden.tensors[i].offset + golden.tensors[i].nbytes);
  return golden;
}

/** training.json of the set, which the fixtures carry too. */
const loadTraining = (from = folder) => readJson(from, 'training.json');

module.exports = { root, folder, isFull: folder !== join(root, 'test', 'fixtures'), loadIndex, load, loadTraining };
