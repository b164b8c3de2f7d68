/**
 * What the command lines of the examples share: options with their help, --backend, and errors told without a stack trace. Import it before
 * torsh, which takes the backend that --backend names:
 *
 *   import { command, count } from './lib/command.mjs';
 *   import torsh, { nn } from 'torsh';
 *   const options = command('Trains a model.', { epochs: count(3, 'passes over the data') });
 */
import { basename } from 'node:path';
import { InputError } from './input-error.mjs';

const name = basename(process.argv[1], '.mjs');
const args = process.argv.slice(2).flatMap((arg) => (/^--[a-z-]+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg]));

process.on('uncaughtException', (error) => {
  // What the user can mend needs words, not a stack trace.
  console.error(error instanceof InputError || error?.name === 'TorshError' ? `${name}: ${error.message}` : error);
  process.exit(1);
});

const number = (rule, valid) => (fallback, help, unit = 'N') => ({
  fallback, help, unit,
  read(text, option) {
    if (text.trim() === '' || !valid(Number(text))) throw new InputError(`${option} must be ${rule}, not '${text}'`);
    return Number(text);
  },
});

/** Kinds of options: count(default, help), and so on. */
export const count = number('a positive whole number', (n) => Number.isSafeInteger(n) && n > 0);
export const whole = number('a whole number that is not negative', (n) => Number.isSafeInteger(n) && n >= 0);
export const positive = number('a positive number', (n) => Number.isFinite(n) && n > 0);
export const text = (fallback, help, unit = 'TEXT') => ({ fallback, help, unit, read: (value) => value });

const shared = {
  seed: whole(0, 'of weights, order and samples'),
  backend: {
    fallback: null, help: 'native or wasm (default: native where it loads)', unit: 'NAME',
    read(value) {
      if (value !== 'native' && value !== 'wasm') throw new InputError(`--backend must be native or wasm, not '${value}'`);
      return value;
    },
  },
};

const flag = (key) => `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

function usage(about, options) {
  const rows = Object.entries(options).map(([key, { unit, help, fallback }]) => [`${flag(key)} ${unit}`, fallback === null ? help : `${help} (default: ${fallback})`]);
  rows.push(['--help', 'this text']);
  return `${about}\n\n  node examples/${name}.mjs [options]\n\n${rows.map(([left, right]) => `  ${left.padEnd(20)}${right}`).join('\n')}`;
}

/** The values of the options by name, seed and backend among them. --help ends the program, a wrong option ends it with a message. */
export function command(about, own) {
  const options = { ...own, ...shared };
  const values = Object.fromEntries(Object.entries(options).map(([key, { fallback }]) => [key, fallback]));
  const keys = new Map(Object.keys(options).map((key) => [flag(key), key]));
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage(about, options));
    process.exit(0);
  }
  for (let i = 0; i < args.length; i += 2) {
    const key = keys.get(args[i]);
    if (key === undefined) throw new InputError(`unknown option ${args[i]}; --help lists them`);
    const value = args[i + 1];
    if (value === undefined || value.startsWith('--')) throw new InputError(`${args[i]} needs a value`);
    values[key] = options[key].read(value, args[i]);
  }
  return values;
}

const backend = args[args.indexOf('--backend') + 1];
if (args.includes('--backend') && (backend === 'native' || backend === 'wasm')) process.env.TORSH_BACKEND = backend;
