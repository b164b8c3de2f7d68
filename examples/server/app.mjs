/** The service: routes, limits, and what is said when something is wrong. */
import Fastify, { LogController } from 'fastify';
import { Batcher, Overloaded } from './batcher.mjs';
import { BINARY, RequestError, SAFETENSORS, answer, checkOutput, readers } from './formats.mjs';
import { createMetrics } from './metrics.mjs';

const RETRY_AFTER_SECONDS = 1;

/** What Node found wrong before there was a request. */
const CLIENT_ERRORS = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'the headers are too large'],
};
function clientError(error, socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, name, reason] = CLIENT_ERRORS[error.code] ?? [400, 'Bad Request', 'the request was cut off or is no HTTP'];
  const body = JSON.stringify({ error: reason });
  socket.end(`HTTP/1.1 ${status} ${name}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}

/** Codes of Fastify's own errors and what is said of them. */
const REASONS = {
  FST_ERR_CTP_BODY_TOO_LARGE: (limit) => `the body is larger than ${limit} bytes`,
  FST_ERR_CTP_EMPTY_JSON_BODY: () => 'the body is empty',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => 'the body is not as long as Content-Length says: it was cut off',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => `the body must be application/json, ${BINARY} or ${SAFETENSORS}`,
};

/** engine: see engine.mjs. limits: { maxBatch, maxWait, maxQueue, maxBytes, requestTimeout }. */
export function createApp({ engine, limits, logger = false }) {
  const app = Fastify({
    bodyLimit: limits.maxBytes, requestTimeout: limits.requestTimeout, clientErrorHandler: clientError, logController: new LogController({ disableRequestLogging: true }), logger,
    frameworkErrors: (_error, _request, reply) => reply.code(400).send({ error: 'the address cannot be read' }),
  });
  const batcher = new Batcher({
    engine, ...limits,
    onBatch(rows, seconds) {
      metrics.batches.observe(rows);
      metrics.computing.observe(seconds);
    },
  });
  const metrics = createMetrics({ engine, depth: () => batcher.depth });
  const state = { draining: false };

  for (const type of [BINARY, SAFETENSORS]) app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => { done(null, body); });

  app.addHook('onResponse', async (request, reply) => {
    metrics.requests.observe({ route: request.routeOptions.url ?? 'none', status: reply.statusCode }, reply.elapsedTime / 1000);
  });

  // Who is answered while it ends must not wait for the connection to end by itself.
  app.addHook('onSend', async (_request, reply) => { if (state.draining) reply.header('Connection', 'close'); });

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof Overloaded) {
      metrics.refused.inc();
      return reply.code(503).header('Retry-After', RETRY_AFTER_SECONDS).send({ error: `the server is busy: ${error.message}` });
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      request.log.error(error);
      return reply.code(status).send({ error: 'the model failed' });
    }
    // The rest of a body that is too large is not read.
    if (status === 413) reply.header('Connection', 'close');
    const reason = REASONS[error.code]?.(limits.maxBytes) ?? (error instanceof RequestError ? error.message : `the body cannot be read: ${error.message}`);
    return reply.code(status).send({ error: reason });
  });
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: `there is no ${request.method} ${request.url.split('?')[0].slice(0, 100)}, but GET /, POST /predict, GET /healthz, GET /readyz and GET /metrics` }));

  app.get('/', () => ({ input: engine.input, classes: engine.classes, limits }));
  app.get('/healthz', (_request, reply) => reply.code(engine.alive ? 200 : 503).send({ status: engine.alive ? 'ok' : 'no thread computes' }));
  app.get('/readyz', (_request, reply) => {
    const reason = state.draining ? 'shutting down' : !engine.alive ? 'no thread computes' : batcher.depth >= limits.maxQueue ? 'the queue is full' : null;
    return reply.code(reason ? 503 : 200).send({ status: reason ?? 'ready' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.register.contentType).send(await metrics.register.metrics()));

  app.post('/predict', async (request, reply) => {
    const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    const read = Object.hasOwn(readers, type) ? readers[type] : null;
    if (!read) throw new RequestError(415, REASONS.FST_ERR_CTP_INVALID_MEDIA_TYPE());
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.trim().toLowerCase() !== 'identity') throw new RequestError(415, 'the body must come as it is, without a Content-Encoding');
    const { values, count } = read(request.body, { input: engine.input, maxRows: limits.maxBatch, headers: request.headers });
    const job = batcher.add(values, count);
    let gone = false;
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return;
      gone = true;
      metrics.dropped.inc();
      batcher.drop(job);
    });
    const outputs = await job.outputs;
    if (gone) return reply.hijack();
    checkOutput(outputs, engine.outputSize);
    return answer(reply, request.headers.accept, outputs, count, engine.classes);
  });

  /** Answers what has come, refuses what comes, and lets go of the threads. */
  app.drain = async () => {
    state.draining = true;
    await Promise.all([batcher.drain(), app.close()]);
    await engine.close();
  };
  return app;
}
