/**
 * Trains a small network to read handwritten digits, first natively, then in WebAssembly with the same seed; saves the
 * first model, loads it into the other backend and lets both read the same digits. `--help` lists the options.
 */
import { mkdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accuracy, digitsNet, predict, train } from './lib/digits-net.mjs';
import { gallery } from './lib/gallery.mjs';
import { InputError } from './lib/input-error.mjs';
import { loadMnist, loadUci } from './lib/load-digits.mjs';
import { parseOptions, usage } from './lib/options.mjs';
import { trainingProgress } from './lib/terminal.mjs';

const SHOWN = 5;

async function loadBackend(name) {
  const torsh = await (name === 'native' ? import('torsh/native') : import('torsh/wasm'));
  return torsh.default;
}

function describe({ name, threads, blas, simd }) {
  const products = blas.includes(simd) ? blas : `${blas}, ${simd}`;
  return `${name} (${products}, ${threads} thread${threads === 1 ? '' : 's'})`;
}

/** Trains on one backend and reports; returns { torsh, model, digits }. */
async function trainOn(torsh, set, options) {
  const { name } = torsh.backend;
  console.log(`\n${describe(torsh.backend)}`);
  const progress = trainingProgress(name, options.epochs);
  const epochs = [];
  const model = await train(torsh, set, {
    ...options,
    onStep: progress.onStep,
    onEpoch(epoch) {
      epochs.push(epoch);
      progress.onEpoch(epoch);
    },
  });
  progress.stop();
  const digits = predict(torsh, model, set, set.test);
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0) / epochs.length;
  console.log(`  test accuracy ${(100 * accuracy(digits, set.test.labels)).toFixed(1)} %   loss ${epochs.at(-1).loss.toFixed(4)}   ${seconds.toFixed(2)} s per epoch`);
  return { torsh, model, digits };
}

/** Loads the saved model into the other backend, shows some digits and whether both read the same. */
function compare(set, file, first, other) {
  const model = digitsNet(other, set);
  model.loadStateDict(other.load(file));
  const digits = predict(other, model, set, set.test);
  const [a, b] = [first.torsh.backend.name, other.backend.name];
  const { pixels, labels, count } = set.test;
  const size = set.height * set.width;
  console.log(`\nThe model trained on ${a} is in ${relative('', file)}; ${b} has loaded it. What both read:\n`);
  console.log(gallery(Array.from({ length: Math.min(SHOWN, count) }, (_, i) => ({
    pixels: pixels.subarray(i * size, (i + 1) * size),
    captions: [`is ${labels[i]}`, `${a} reads ${first.digits[i]}`, `${b} reads ${digits[i]}`],
  })), set));
  const same = digits.filter((digit, i) => digit === first.digits[i]).length;
  console.log(`\n${a} and ${b} ${same === count ? 'agree' : 'differ'}: the same prediction for ${same} of ${count} test digits.`);
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  const set = options.data === 'mnist' ? loadMnist(options.folder) : loadUci();
  console.log(`${set.name}: ${set.train.count} pictures of ${set.height}x${set.width} to train on, ${set.test.count} others to test with`);
  console.log(`seed ${options.seed}, ${options.epochs} epoch${options.epochs === 1 ? '' : 's'} in steps of ${options.batchSize}, learning rate ${options.lr}`);

  const results = [];
  for (const name of options.backend === 'both' ? ['native', 'wasm'] : [options.backend]) {
    let torsh;
    try {
      torsh = await loadBackend(name);
    } catch (error) {
      if (options.backend !== 'both') throw new InputError(`the ${name} backend does not load: ${error.message}`);
      console.log(`\n${name}: does not load, left out (${error.message})`);
      continue;
    }
    results.push(await trainOn(torsh, set, options));
  }
  if (results.length === 0) throw new InputError('no backend loads: run `npm run build`');

  const [first, second] = results;
  const file = options.save ?? fileURLToPath(new URL('../build/digits.safetensors', import.meta.url));
  if (options.save === null) mkdirSync(dirname(file), { recursive: true });
  first.torsh.save(first.model.stateDict(), file);
  if (second) compare(set, file, first, second.torsh);
  else console.log(`\nThe model is in ${relative('', file)}.`);
}

try {
  await main();
} catch (error) {
  // What the user can mend needs words, not a stack trace.
  if (!(error instanceof InputError) && error?.name !== 'TorshError') throw error;
  console.error(`digits: ${error.message}`);
  process.exitCode = 1;
}
