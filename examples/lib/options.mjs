/** The digits example's command line. */
import { InputError } from './input-error.mjs';

export const usage = `Trains a small network to read handwritten digits, natively and in WebAssembly.

  npm start -- [options]          or: node examples/digits.mjs [options]

  --data uci            the 1,797 digits that come with torsh (the default)
  --data mnist DIR      MNIST's IDX files in the folder DIR, gzipped or not
  --epochs N            passes over the training digits (default: 15, MNIST 2)
  --backend NAME        native, wasm or both (default: both)
  --lr RATE             learning rate (default: 0.003)
  --batch-size N        digits in a step (default: 32, MNIST 64)
  --seed N              of weights, order and dropout (default: 0)
  --save FILE           where the trained model goes (default: build/digits.safetensors)
  --help                this text`;

/** Parses argv; throws an InputError that names what is wrong. */
export function parseOptions(argv) {
  const options = { data: 'uci', folder: null, epochs: null, backend: 'both', lr: 0.003, batchSize: null, seed: 0, save: null, help: false };
  const args = argv.flatMap((arg) => (/^--[a-z-]+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg]));
  const value = (name) => {
    const next = args.shift();
    if (next === undefined || next.startsWith('--')) throw new InputError(`${name} needs a value`);
    return next;
  };
  const number = (name, rule, valid) => {
    const text = value(name);
    if (text.trim() === '' || !valid(Number(text))) throw new InputError(`${name} must be ${rule}, not '${text}'`);
    return Number(text);
  };
  const positive = (n) => Number.isSafeInteger(n) && n > 0;
  while (args.length > 0) {
    const name = args.shift();
    switch (name) {
      case '--help': case '-h': options.help = true; break;
      case '--data':
        options.data = value(name);
        if (options.data === 'mnist') options.folder = value('--data mnist');
        else if (options.data !== 'uci') throw new InputError(`--data must be 'uci' or 'mnist DIR', not '${options.data}'`);
        break;
      case '--backend':
        options.backend = value(name);
        if (!['native', 'wasm', 'both'].includes(options.backend)) {
          throw new InputError(`--backend must be native, wasm or both, not '${options.backend}'`);
        }
        break;
      case '--epochs': options.epochs = number(name, 'a positive whole number', positive); break;
      case '--batch-size': options.batchSize = number(name, 'a positive whole number', positive); break;
      case '--seed': options.seed = number(name, 'a whole number that is not negative', (n) => Number.isSafeInteger(n) && n >= 0); break;
      case '--lr': options.lr = number(name, 'a positive number', (n) => Number.isFinite(n) && n > 0); break;
      case '--save': options.save = value(name); break;
      default: throw new InputError(`unknown option ${name}; --help lists them`);
    }
  }
  const mnist = options.data === 'mnist';
  options.epochs ??= mnist ? 2 : 15;
  options.batchSize ??= mnist ? 64 : 32;
  return options;
}
