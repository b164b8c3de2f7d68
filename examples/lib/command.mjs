/**
 * What the command lines of the examples share: options with their help, --backend, and errors told without a stack trace. Import it before
 * torsh, which takes the backend that --backend names:
 *
 *   import { command, count } from './lib/command.mjs';
 *   import torsh, { nn } from 'torsh';
 *   const options = command('Trains a model.', { epochs: count(3, 'passes over the data') });
 */
import { basename } from 'node:path';
import { choice, helpOf, parse, whole } from './arguments.mjs';
import { InputError } from './input-error.mjs';

export { choice, count, positive, text, whole } from './arguments.mjs';

const name = basename(process.argv[1], '.mjs');
const argv = process.argv.slice(2);

process.on('uncaughtException', (error) => {
  // What the user can mend needs words, not a stack trace.
  console.error(error instanceof InputError || error?.name === 'TorshError' ? `${name}: ${error.message}` : error);
  process.exit(1);
});

const shared = {
  seed: whole(0, 'of weights, order and samples'),
  backend: choice(null, ['native', 'wasm'], 'native or wasm (default: native where it loads)'),
};

/** The values of the options by name, seed and backend among them. --help ends the program, a wrong option ends it with a message. */
export function command(about, own) {
  const options = { ...own, ...shared };
  const values = parse(argv, options);
  if (!values.help) return values;
  console.log(`${about}\n\n  node examples/${name}.mjs [options]\n\n${helpOf(options)}`);
  process.exit(0);
}

// What is wrong here is told by command().
const [, backend] = /(?:^|\0)--backend[=\0](native|wasm)(?:\0|$)/.exec(argv.join('\0')) ?? [];
if (backend) process.env.TORSH_BACKEND = backend;
