'use strict';
// examples/server from outside: what it answers, what it refuses, and how it ends.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const torsh = require('torsh');
const { evaluate, root } = require('../support/child');
const { missingPackages } = require('../support/own-packages');

const home = path.join(root, 'examples/server');
const lacking = Number(process.versions.node.split('.')[0]) < 20 ? 'Fastify needs Node 20' : missingPackages(home);
if (lacking) process.stderr.write(`examples/server is not tested: ${lacking}\n`);
const suite = lacking ? describe.skip : describe;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torsh-server-'));
const running = new Set();
afterAll(async () => {
  await Promise.all([...running].map((child) => {
    child.kill('SIGKILL');
    return once(child, 'exit');
  }));
  fs.rmSync(folder, { recursive: true, force: true });
});

const BINARY = 'application/octet-stream', SAFETENSORS = 'application/x-safetensors';
const weights = path.join(folder, 'mnist.safetensors');
let model;

/** Starts it; resolves when it listens: { url, port, child, told() (what it wrote to stderr), exit (a promise of its code) }. */
async function start(...args) {
  return startWith({}, ...args);
}
async function startWith(env, ...args) {
  const child = spawn(process.execPath, [path.join(home, 'main.mjs'), '--port', '0', '--grace', '200', ...args], { cwd: folder, env: { ...process.env, ...env } });
  running.add(child);
  let err = '', out = '';
  child.stderr.on('data', (text) => { err += text; });
  const exit = once(child, 'exit').then(([code]) => { running.delete(child); return code; });
  const port = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      out += text;
      const [, found] = /listening on http:\/\/[\d.]+:(\d+)/.exec(out) ?? [];
      if (found) resolve(Number(found));
    });
    void exit.then((code) => reject(new Error(`exit ${code}\n${out}${err}`)));
  });
  return { url: `http://127.0.0.1:${port}`, port, child, told: () => err, exit };
}
/** The exit code and words of a start that must fail. */
const refused = (...args) => start(...args).then(() => { throw new Error('it started'); }, (error) => error.message);

const post = async (url, body, headers = {}) => {
  const response = await fetch(`${url}/predict`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, headers: response.headers, content: type.includes('json') ? await response.json() : Buffer.from(await response.arrayBuffer()) };
};
const metrics = async (url) => Object.fromEntries([...(await (await fetch(`${url}/metrics`)).text()).matchAll(/^([^#\s]+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
/** Waits until a condition holds. */
async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => { setTimeout(resolve, 20); });
}
/** Bytes over a bare socket; resolves to what comes back when the server closes it. */
const raw = (port, text, { end = true } = {}) => new Promise((resolve, reject) => {
  const socket = net.connect(port, '127.0.0.1', () => { if (end) socket.end(text); else socket.write(text); });
  let answer = '';
  socket.on('data', (data) => { answer += data; });
  socket.on('close', () => resolve(answer));
  socket.on('error', reject);
});

const pictures = (n, seed) => torsh.rand(n, 1, 28, 28, { generator: new torsh.Generator().manualSeed(seed) });
const expected = (x) => torsh.noGrad(() => model(x).softmax(1));
const bytesOf = (x) => Buffer.from(x.toTypedArray().buffer);

suite('examples/server', () => {
  let server;
  beforeAll(async () => {
    const { mnistNet } = await import(path.join(root, 'examples/lib/mnist-net.mjs'));
    torsh.manualSeed(0);
    model = mnistNet(torsh).eval();
    torsh.save(model.stateDict(), weights);
    server = await start('--model', weights, '--max-batch', '8', '--max-queue', '64', '--max-bytes', '100000');
  });

  test('tells what it takes', async () => {
    const content = await (await fetch(server.url)).json();
    expect(content).toMatchObject({ input: { shape: [1, 28, 28] }, classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], limits: { maxBatch: 8, maxQueue: 64 } });
    for (const [route, status] of [['healthz', 'ok'], ['readyz', 'ready']]) {
      const response = await fetch(`${server.url}/${route}`);
      expect([response.status, await response.json()]).toEqual([200, { status }]);
    }
  });

  test('answers in each form with what the model computes', async () => {
    const x = pictures(2, 1), wanted = expected(x), close = (t) => torsh.testing.assertClose(t, wanted, { rtol: 1e-4, atol: 1e-6 });
    for (const inputs of [x.tolist(), x.reshape(2, 784).tolist()]) {
      const { status, content } = await post(server.url, JSON.stringify({ inputs }));
      expect(status).toBe(200);
      close(torsh.tensor(content.predictions.map((p) => p.probabilities)));
      expect(content.predictions.map((p) => Number(p.class))).toEqual(wanted.argmax(1).tolist());
    }
    const binary = await post(server.url, bytesOf(x), { 'content-type': BINARY, 'x-tensor-shape': '2, 1, 28, 28', accept: BINARY });
    expect([binary.status, binary.headers.get('x-tensor-shape')]).toEqual([200, '2,10']);
    close(torsh.frombuffer(binary.content, { dtype: 'float32' }).reshape(2, 10));
    const file = await post(server.url, torsh.save({ inputs: x.double() }, { format: 'safetensors' }), { 'content-type': SAFETENSORS, accept: SAFETENSORS });
    close(torsh.load(file.content).probabilities);
  });

  test('brings requests together that come together, and gives each its own', async () => {
    const before = await metrics(server.url);
    // 60 inputs: fewer than may wait (64), however slow the machine is.
    const xs = Array.from({ length: 30 }, (_, i) => pictures(1 + (i % 3), i));
    const answers = await Promise.all(xs.map((x) => post(server.url, bytesOf(x), { 'content-type': BINARY, accept: BINARY })));
    answers.forEach(({ status, content }, i) => {
      expect(status).toBe(200);
      torsh.testing.assertClose(torsh.frombuffer(content, { dtype: 'float32' }).reshape(-1, 10), expected(xs[i]), { rtol: 1e-4, atol: 1e-6 });
    });
    const after = await metrics(server.url), grown = (name) => after[name] - before[name];
    expect(grown('torsh_server_batch_inputs_sum')).toBe(60);
    expect(grown('torsh_server_batch_inputs_count')).toBeLessThan(30);
    expect(grown('torsh_server_batch_inputs_bucket{le="8"}')).toBe(grown('torsh_server_batch_inputs_count'));
    expect(after['torsh_server_request_seconds_count{route="/predict",status="200"}']).toBeGreaterThanOrEqual(30);
    for (const name of ['torsh_memory_bytes{thread="predictor-0",kind="live"}', 'torsh_tensors{thread="server"}', 'nodejs_eventloop_lag_p99_seconds']) expect(after[name]).toBeGreaterThan(0);
  });

  const row = Array(784).fill(0), change = (i, value) => row.map((x, at) => (at === i ? value : x));
  const one = Buffer.alloc(3136), nan = Buffer.alloc(3136);
  nan.writeFloatLE(NaN, 8);
  const file = (inputs) => torsh.save(inputs, { format: 'safetensors' });
  test.each([
    ['half a JSON text', '{ "inputs": [[1, 2', {}, 400, /^the body cannot be read: .*JSON/],
    ['nothing', '', {}, 400, /^the body is empty$/],
    ['null', 'null', {}, 400, /^the body must be \{ "inputs": \[\.\.\.\] \}$/],
    ['no inputs', '{ "inputs": [] }', {}, 400, /^there are no inputs$/],
    ['too many inputs', () => JSON.stringify({ inputs: Array.from({ length: 9 }, () => [0]) }), {}, 400, /^9 inputs are more than the 8 that one request may have$/],
    ['another shape', '{ "inputs": [[[1, 2], [3, 4]]] }', {}, 400, /^inputs\[0\] must be an array of 1, not an array of 2$/],
    ['a short row', () => JSON.stringify({ inputs: [[[...Array(27).fill(Array(28).fill(0)), [1]]]] }), {}, 400, /^inputs\[0\]\[0\]\[27\] must be an array of 28, not an array of 1$/],
    ['a word', () => JSON.stringify({ inputs: [row, change(5, 'ink')] }), {}, 400, /^inputs\[1\]\[5\] must be a number that float32 holds, not the string "ink"$/],
    ['a number beyond float32', () => JSON.stringify({ inputs: [change(783, 1e39)] }), {}, 400, /^inputs\[0\]\[783\] must be a number/],
    ['a poisoned key', '{ "__proto__": { "inputs": [] } }', {}, 400, /^the body cannot be read: /],
    ['bytes that make no inputs', one.subarray(1), { 'content-type': BINARY }, 400, /^3135 bytes are not a number of inputs of shape \[1, 28, 28\], each of 3136 bytes of float32$/],
    ['no bytes', Buffer.alloc(0), { 'content-type': BINARY }, 400, /there are no inputs/],
    ['another dtype', one, { 'content-type': BINARY, 'x-tensor-dtype': 'float64' }, 400, /^numbers must be float32 \(little-endian\), not the string "float64"$/],
    ['another claim', one, { 'content-type': BINARY, 'x-tensor-shape': '1,3,224,224' }, 400, /^x-tensor-shape says .*, but the body holds \[1, 1, 28, 28\]$/],
    ['NaN', nan, { 'content-type': BINARY }, 400, /^value 2 of input 0 is NaN$/],
    ['no safetensors', Buffer.from('nonsense and more of it'), { 'content-type': SAFETENSORS }, 400, /^the body is no safetensors file: /],
    ['a pickle that calls', Buffer.from("\x80\x02cos\nsystem\n(S'id'\ntR."), { 'content-type': SAFETENSORS }, 400, /^the body is no safetensors file: /],
    ['a tensor of another name', () => file({ x: torsh.ones(1, 1, 28, 28) }), { 'content-type': SAFETENSORS }, 400, /^the file must hold a tensor called inputs, but holds x$/],
    ['a tensor of another shape', () => file({ inputs: torsh.ones(1, 28, 28) }), { 'content-type': SAFETENSORS }, 400, /^inputs must have the shape \[n, 1, 28, 28\], not \[1, 28, 28\]$/],
    ['a tensor of integers', () => file({ inputs: torsh.ones(1, 1, 28, 28, { dtype: 'int64' }) }), { 'content-type': SAFETENSORS }, 400, /not int64$/],
    ['a form', 'inputs=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /^the body must be application\/json, application\/octet-stream or application\/x-safetensors$/],
    ['numbers that are too large for the model', () => Buffer.from(new Float32Array(2 * 784).fill(0).fill(3e38, 784).buffer), { 'content-type': BINARY, accept: BINARY }, 400, /^the answer to input 1 is not finite/],
    ['a body that is compressed', one, { 'content-type': BINARY, 'content-encoding': 'gzip' }, 415, /^the body must come as it is, without a Content-Encoding$/],
    ['too much', Buffer.alloc(100001), { 'content-type': BINARY }, 413, /^the body is larger than 100000 bytes$/],
  ])('refuses %s with the reason', async (_, body, headers, wanted, reason) => {
    const { status, content } = await post(server.url, typeof body === 'function' ? body() : body, headers);
    expect(content.error).toMatch(reason);
    expect([status, Object.keys(content)]).toEqual([wanted, ['error']]);
  });

  test('refuses other routes', async () => {
    for (const [method, route] of [['GET', '/predict'], ['GET', '/other'], ['DELETE', '/']]) {
      const response = await fetch(`${server.url}${route}`, { method });
      expect([response.status, (await response.json()).error]).toEqual([404, expect.stringMatching(/^there is no (GET|DELETE) \/\w*, but GET \//)]);
    }
  });

  test('an address that is none', async () => {
    const response = await fetch(`${server.url}/%E0%A4%A`);
    expect([response.status, await response.json()]).toEqual([400, { error: 'the address cannot be read' }]);
  });

  test('bodies that are cut off, and what is no HTTP', async () => {
    const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: ${BINARY}\r\n`;
    expect(await raw(server.port, `${head}Content-Length: 3136\r\n\r\nabc`)).toMatch(/^HTTP\/1\.1 400 [^]*cut off/);
    expect(await raw(server.port, `${head}Transfer-Encoding: chunked\r\n\r\nff\r\nabc`)).toMatch(/^HTTP\/1\.1 400 [^]*cut off/);
    expect(await raw(server.port, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, { end: false })).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(server.port, '\x16\x03\x01 hello', { end: false })).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(server.port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(1 << 15)}\r\n\r\n`, { end: false })).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('clients that go as they please', async () => {
    const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: ${BINARY}\r\nContent-Length: 3136\r\n\r\n`;
    await Promise.all(Array.from({ length: 60 }, (_, i) => new Promise((resolve) => {
      const socket = net.connect(server.port, '127.0.0.1', () => {
        socket.write(head);
        socket.write(one.subarray(0, i % 3 === 0 ? 1000 : 3136));
        setTimeout(() => socket.destroy(), i % 7);
      });
      socket.on('error', () => {});
      socket.on('close', resolve);
    })));
    await until(async () => (await metrics(server.url)).torsh_server_queue_inputs === 0);
    expect((await post(server.url, one, { 'content-type': BINARY })).status).toBe(200);
  });

  test('after all of that it is up, quiet, and holds nothing', async () => {
    expect((await post(server.url, JSON.stringify({ inputs: [row] }))).status).toBe(200);
    expect(server.told()).toBe('');
    const first = await metrics(server.url);
    for (let i = 0; i < 20; i++) {
      await post(server.url, bytesOf(pictures(8, i)), { 'content-type': BINARY, accept: SAFETENSORS });
      await post(server.url, file({ inputs: torsh.ones(1, 28) }), { 'content-type': SAFETENSORS });
    }
    const last = await metrics(server.url);
    expect(last.torsh_server_queue_inputs).toBe(0);
    for (const thread of ['server', 'predictor-0']) expect(last[`torsh_tensors{thread="${thread}"}`]).toBeLessThanOrEqual(first[`torsh_tensors{thread="${thread}"}`] + 4);
  });

  test('a client that goes: what waits of it is dropped; too much: 503; SIGTERM: answered, then gone', async () => {
    const busy = await start('--model', weights, '--max-batch', '4', '--max-queue', '4', '--max-wait', '60000', '--workers', '2');
    const head = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: ${BINARY}\r\nContent-Length: 3136\r\n\r\n`;
    const socket = net.connect(busy.port, '127.0.0.1', () => { socket.write(head); socket.write(one); });
    await until(async () => (await metrics(busy.url)).torsh_server_queue_inputs === 1);
    socket.destroy();
    await until(async () => (await metrics(busy.url)).torsh_server_dropped_total === 1);
    expect(await metrics(busy.url)).toMatchObject({ torsh_server_queue_inputs: 0, torsh_server_batch_inputs_count: 0 });

    const x = pictures(3, 7), waiting = post(busy.url, bytesOf(x), { 'content-type': BINARY, accept: BINARY });
    await until(async () => (await metrics(busy.url)).torsh_server_queue_inputs === 3);
    const { status, headers, content } = await post(busy.url, Buffer.alloc(2 * 3136), { 'content-type': BINARY });
    expect([status, headers.get('retry-after'), content.error]).toEqual([503, '1', 'the server is busy: 3 inputs wait already, of at most 4']);
    expect((await metrics(busy.url)).torsh_server_refused_total).toBe(1);

    busy.child.kill('SIGTERM');
    const answer = await waiting;
    expect(answer.status).toBe(200);
    torsh.testing.assertClose(torsh.frombuffer(answer.content, { dtype: 'float32' }).reshape(3, 10), expected(x), { rtol: 1e-4, atol: 1e-6 });
    expect(await busy.exit).toBe(0);
    await expect(fetch(busy.url)).rejects.toThrow();
    expect(busy.told()).toBe('');
  });

  test('the same on WebAssembly, whose threads have memories of their own', async () => {
    const other = await startWith({ TORSH_BACKEND: 'wasm' }, '--model', weights, '--workers', '2');
    const x = pictures(5, 3), { content } = await post(other.url, bytesOf(x), { 'content-type': BINARY, accept: BINARY });
    torsh.testing.assertClose(torsh.frombuffer(content, { dtype: 'float32' }).reshape(5, 10), expected(x), { rtol: 1e-4, atol: 1e-6 });
    other.child.kill('SIGTERM');
    expect(await other.exit).toBe(0);
    expect(other.told()).toBe('');
  });

  test("PyTorch's own file, with columns that have names", async () => {
    const iris = await start('--network', 'iris');
    const { content: { predictions } } = await post(iris.url, JSON.stringify({ inputs: [[5.1, 3.5, 1.4, 0.2], [6, 2.7, 5.1, 1.6]] }));
    expect(predictions.map((p) => p.class)).toEqual(['setosa', 'virginica']);
    // As examples/data/iris-mlp.py prints them.
    const golden = [[0.9998218417167664, 0.00017814301827456802, 7.551830272234383e-9], [8.967862231656909e-5, 0.17833344638347626, 0.8215768933296204]];
    torsh.testing.assertClose(torsh.tensor(predictions.map((p) => p.probabilities)), torsh.tensor(golden), { rtol: 0, atol: 1e-6 });
    expect((await post(iris.url, '{ "inputs": [[1, 2, "3", 4]] }')).content.error).toMatch(/^inputs\[0\]\[2\] \(petal_length\) must be a number/);
    expect((await post(iris.url, '{ "inputs": [[1, 2, 3]] }')).content.error).toMatch(/must be an array of 4 \(sepal_length, sepal_width, petal_length, petal_width\), not an array of 3/);
    iris.child.kill('SIGINT');
    expect(await iris.exit).toBe(0);
  });

  test('a thread that dies takes its batch with it, and another takes its place', async () => {
    const network = path.join(folder, 'network.mjs'), file = path.join(folder, 'w.pt');
    fs.writeFileSync(network, `export const network = (torsh, { w }) => ({
      model: (x) => { if (x.sum().item() === 13) process.exit(3); return x.mul(w); }, module: new torsh.nn.Identity(), input: { shape: [2] }, classes: ['a', 'b'],
    });`);
    torsh.save({ w: torsh.tensor([2, 3]) }, file);
    const told = await evaluate(`
      import { Engine } from ${JSON.stringify(pathToFileURL(path.join(home, 'engine.mjs')).href)};
      const said = [], log = { error: (text) => said.push(text) };
      const engine = await Engine.start({ network: ${JSON.stringify(pathToFileURL(network).href)}, file: ${JSON.stringify(file)}, workers: 1, threads: 1, log });
      const one = [...await engine.run(Float32Array.of(1, 1), 1)];
      const two = await engine.run(Float32Array.of(6, 7), 1).catch((error) => error.message);
      const gone = engine.alive;
      await new Promise((resolve) => { engine.onFree = resolve; });
      const three = [...await engine.run(Float32Array.of(1, 2, 3, 4), 2)];
      await engine.close();
      console.log(JSON.stringify({ one, two, gone, three, alive: engine.hasFree, said }));`, { esm: true });
    expect(told).toMatchObject({ one: [2, 3], two: expect.stringMatching(/ended|exit/), gone: false, three: [2, 6, 6, 12], said: [expect.stringMatching(/^predictor 0: .*it is started again$/)] });
  });

  test('refuses to start with the reason', async () => {
    const write = (name, value) => { torsh.save(value, path.join(folder, name)); return path.join(folder, name); };
    const state = model.stateDict();
    const cut = path.join(folder, 'cut.safetensors');
    fs.writeFileSync(cut, fs.readFileSync(weights).subarray(0, 5000));
    const cases = [
      [['--model', write('other.pt', { ...state, 'fc2.weight': torsh.ones(5, 128) })], /cannot be served as mnist: [^]*size mismatch for fc2\.weight/],
      [['--model', write('short.safetensors', { 'fc2.weight': state['fc2.weight'] })], /cannot be served as mnist: [^]*Missing key\(s\)/],
      [['--model', cut], /cut\.safetensors cannot be served as mnist: load: .*data_offsets/],
      [['--model', path.join(folder, 'none')], /none cannot be served as mnist: load: cannot read/],
      [['--model', weights, '--network', 'iris'], /cannot be served as iris: the file must hold state_dict, mean/],
      [['--model', weights, '--port', String(server.port)], /^server: cannot listen at 127\.0\.0\.1:\d+: .*EADDRINUSE/m],
      [['--max-batch', '0'], /^server: --max-batch must be a positive whole number, not '0'$/m],
      [['--max-queue', '5'], /^server: --max-queue \(5\) must be at least --max-batch \(32\)$/m],
      [['--frob', '1'], /^server: unknown option --frob/m],
    ];
    await Promise.all(cases.map(async ([args, reason]) => {
      const said = await refused(...args);
      expect(said).toMatch(/^exit 1\n/);
      expect(said).toMatch(reason);
      expect(said).not.toMatch(/^ +at /m);
    }));
  });
});
