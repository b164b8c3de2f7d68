/**
 * Serves a model that PyTorch trained: loads its .pt file, and answers over HTTP with Node's own server. The model computes in a thread
 * of its own, so that the server goes on while it does. `--help` lists the options.
 *
 *   node examples/serve.mjs
 *   curl localhost:8080/predict -d '{ "rows": [[5.1, 3.5, 1.4, 0.2]] }'
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { command, text, whole } from './lib/command.mjs';
import { InputError } from './lib/input-error.mjs';

const MAX_BYTES = 256 * 1024, MAX_ROWS = 1000;

const options = command('Serves a classifier of irises that PyTorch trained.', {
  model: text(null, 'the .pt file (default: the one that comes with this)', 'FILE'),
  port: whole(8080, '0: any that is free'),
  host: text('127.0.0.1', 'the address to listen at', 'ADDRESS'),
});

/** What the client can mend. */
class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The model in its thread: { features, classes, predict(rows) }; predict gives a promise of the probabilities of each row. */
async function startModel(file) {
  const worker = new Worker(new URL('lib/predict-worker.mjs', import.meta.url), { workerData: { file } });
  const waiting = new Map();
  let last = 0;
  const [{ features, classes }] = await once(worker, 'message').catch((error) => { throw new InputError(`${file} cannot be served: ${error.message}`); });
  worker.on('message', ({ id, probabilities, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(probabilities);
    else reject(new Error(error));
  });
  return {
    features,
    classes,
    predict: (rows) => new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      worker.postMessage({ id: last, rows });
    }),
  };
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BYTES) throw new RequestError(413, `the body is larger than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The rows of a request; throws a RequestError that says what is wrong with it. */
function rowsOf(body, features) {
  let value;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new RequestError(400, `the body is not JSON: ${error.message}`);
  }
  const rows = value?.rows;
  if (!Array.isArray(rows)) throw new RequestError(400, 'the body must be { "rows": [[...], ...] }');
  if (rows.length < 1 || rows.length > MAX_ROWS) throw new RequestError(400, `rows must be 1 to ${MAX_ROWS}, not ${rows.length}`);
  rows.forEach((row, i) => {
    if (!Array.isArray(row) || row.length !== features.length) {
      throw new RequestError(400, `rows[${i}] must be ${features.length} numbers: ${features.join(', ')}`);
    }
    const bad = row.findIndex((number) => typeof number !== 'number' || !Number.isFinite(Math.fround(number)));
    if (bad >= 0) throw new RequestError(400, `rows[${i}][${bad}] (${features[bad]}) must be a number, not ${JSON.stringify(row[bad]).slice(0, 40)}`);
  });
  return rows;
}

const routes = new Map([['/', 'GET'], ['/predict', 'POST']]);

async function answer(request, model) {
  const [path] = request.url.split('?');
  const method = routes.get(path);
  if (method === undefined) throw new RequestError(404, `there is no ${path}, but ${[...routes.keys()].join(' and ')}`);
  if (request.method !== method) throw new RequestError(405, `${path} takes ${method}, not ${request.method}`);
  const { features, classes } = model;
  if (path === '/') return { features, classes };
  const probabilities = await model.predict(rowsOf(await bodyOf(request), features));
  return {
    predictions: probabilities.map((row) => ({
      class: classes[row.indexOf(Math.max(...row))],
      probabilities: Object.fromEntries(classes.map((name, i) => [name, row[i]])),
    })),
  };
}

if (options.port > 65535) throw new InputError(`--port must be at most 65535, not ${options.port}`);
const model = await startModel(options.model ?? fileURLToPath(new URL('data/iris-mlp.pt', import.meta.url)));

const server = createServer(async (request, response) => {
  let status = 200, content;
  try {
    content = await answer(request, model);
  } catch (error) {
    if (error.code === 'ECONNRESET') return; // the client has gone
    status = error instanceof RequestError ? error.status : 500;
    content = { error: status === 500 ? 'the model failed' : error.message };
    if (status === 500) console.error(error);
    if (status === 413) response.setHeader('Connection', 'close'); // the rest of the body is not read
  }
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(content)}\n`);
});

server.on('error', (error) => { throw new InputError(`cannot listen at ${options.host}:${options.port}: ${error.message}`); });
server.listen(options.port, options.host, () => {
  const { address, family, port } = server.address();
  console.log(`listening on http://${family === 'IPv6' ? `[${address}]` : address}:${port}: GET / tells the columns and classes, POST /predict takes { "rows": [[...], ...] }`);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit()));
