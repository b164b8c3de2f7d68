/**
 * Serves a model over HTTP. `--help` lists the options; README.md tells what it answers.
 *
 *   npm ci --ignore-scripts && npm start
 *   curl localhost:8080/
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { choice, count, helpOf, parse, text, whole } from '../lib/arguments.mjs';
import { InputError } from '../lib/input-error.mjs';
import { createApp } from './app.mjs';
import { Engine } from './engine.mjs';
import { makeModel } from './make-model.mjs';

const kinds = {
  model: text(null, 'the weights, .safetensors or .pt (default: made at the first start, from the digits that come with torsh)', 'FILE'),
  network: choice('mnist', ['mnist', 'iris'], 'what the weights are of: mnist, or iris (../data/iris-mlp.pt)'),
  port: whole(8080, '0: any that is free'),
  host: text('127.0.0.1', 'the address to listen at', 'ADDRESS'),
  workers: count(1, 'threads that hold the model'),
  threads: count(Math.max(1, availableParallelism() - 1), 'threads that compute, in each of them'),
  maxBatch: count(32, 'inputs that are computed together, and the most that a request may have'),
  maxWait: whole(2, 'milliseconds that a request waits for others'),
  maxQueue: count(1024, 'inputs that may wait; beyond that: 503'),
  maxBytes: count(1 << 20, 'bytes of a body; beyond that: 413'),
  grace: count(10, 'seconds to answer what has come, when told to end'),
};

async function main() {
  const { help, model, network, port, host, workers, threads, grace, ...limits } = parse(process.argv.slice(2), kinds);
  if (help) {
    console.log(`Serves a model over HTTP.\n\n  node main.mjs [options]\n\n${helpOf(kinds)}`);
    return;
  }
  if (port > 65535) throw new InputError(`--port must be at most 65535, not ${port}`);
  if (limits.maxQueue < limits.maxBatch) throw new InputError(`--max-queue (${limits.maxQueue}) must be at least --max-batch (${limits.maxBatch})`);
  const file = model ?? fileURLToPath(new URL(network === 'iris' ? '../data/iris-mlp.pt' : '../../build/mnist.safetensors', import.meta.url));
  if (model === null && network === 'mnist' && !existsSync(file)) makeModel(file);

  let engine;
  try {
    engine = await Engine.start({ network: new URL(`networks/${network}.mjs`, import.meta.url).href, file, workers, threads, log: console });
  } catch (error) {
    throw new InputError(`${file} cannot be served as ${network}: ${error.message}`);
  }
  const app = createApp({ engine, limits: { ...limits, requestTimeout: 30_000 }, logger: { level: 'error' } });

  let ending = false;
  const end = (signal) => {
    if (ending) return;
    ending = true;
    console.log(`${signal}: answering what has come`);
    setTimeout(() => {
      console.error(`server: not done after ${grace} s`);
      process.exit(1);
    }, 1000 * grace).unref();
    void app.drain().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal));

  try {
    await app.listen({ port, host });
  } catch (error) {
    await engine.close();
    throw new InputError(`cannot listen at ${host}:${port}: ${error.message}`);
  }
  const { address, family, port: open } = app.server.address();
  console.log(`listening on http://${family === 'IPv6' ? `[${address}]` : address}:${open}`);
}

try {
  await main();
} catch (error) {
  // What the user can mend needs words, not a stack trace.
  console.error(error instanceof InputError ? `server: ${error.message}` : error);
  process.exitCode = 1;
}
