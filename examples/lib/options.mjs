/** The digits example's command line. */
import { choice, count, helpOf, parse, positive, text, whole } from './arguments.mjs';
import { InputError } from './input-error.mjs';

const kinds = {
  data: {
    fallback: null, unit: 'SET', help: "'uci', the 1,797 digits that come with torsh (the default), or\n                        'mnist DIR', MNIST's IDX files in the folder DIR, gzipped or not",
    read(value, option, next) {
      if (value === 'mnist') return next(`${option} mnist`);
      if (value !== 'uci') throw new InputError(`--data must be 'uci' or 'mnist DIR', not '${value}'`);
      return null;
    },
  },
  epochs: count(null, 'passes over the training digits (default: 15, MNIST 2)'),
  backend: choice('both', ['native', 'wasm', 'both'], 'native, wasm or both'),
  lr: positive(0.003, 'learning rate'),
  batchSize: count(null, 'digits in a step (default: 32, MNIST 64)'),
  seed: whole(0, 'of weights, order and dropout'),
  save: text(null, 'where the trained model goes (default: build/digits.safetensors)', 'FILE'),
};

export const usage = `Trains a small network to read handwritten digits, natively and in WebAssembly.

  npm start -- [options]          or: node examples/digits.mjs [options]

${helpOf(kinds)}`;

/** Parses argv; throws an InputError that names what is wrong. */
export function parseOptions(argv) {
  const { data: folder, ...options } = parse(argv, kinds);
  const mnist = folder !== null;
  return { ...options, data: mnist ? 'mnist' : 'uci', folder, epochs: options.epochs ?? (mnist ? 2 : 15), batchSize: options.batchSize ?? (mnist ? 64 : 32) };
}
