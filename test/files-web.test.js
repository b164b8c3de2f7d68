'use strict';
// What pages load from and save to, as far as Node has it: blobs, responses, addresses, handles. A real page is in test/both/files-browser.test.js.
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const torsh = require('torsh');

const fixture = (name) => fs.readFileSync(path.join(__dirname, 'fixtures', 'torch', name));
const state = () => ({ a: torsh.arange(400000, { dtype: 'float32' }), b: torsh.tensor([1n, 2n]), c: torsh.ones(30, 100).T });
const digest = (t) => createHash('sha256').update(Buffer.from(t.toTypedArray().buffer)).digest('hex');
const values = (dict) => Object.entries(dict).map(([name, t]) => [name, t.dtype, t.shape, digest(t)]);
const refused = (promise) => promise.then(() => { throw new Error('it was not refused'); }, (e) => e);
const files = { 'm.safetensors': Buffer.from(torsh.save(state())), 'm.pt': Buffer.from(torsh.save({ ...state(), note: ['x', 2.5] }, { format: 'pt' })), 'legacy.pt': fixture('checkpoint_legacy.pt'), 'd.npz': fixture('deflated.npz'), 'f.npy': fixture('f8_fortran.npy') };
files['x.safetensors.index.json'] = Buffer.from(JSON.stringify({ weight_map: { c: 'm.safetensors', a: 'm.safetensors' } }));

let server, url;
beforeAll(() => new Promise((done) => {
  server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const body = files[pathname.slice(1)];
    if (!body) return response.writeHead(404).end();
    const mode = searchParams.get('mode');
    if (mode !== 'chunked') response.setHeader('Content-Length', body.length);
    response.flushHeaders();
    if (mode === 'cut') return response.write(body.subarray(0, body.length >> 1), () => response.destroy());
    for (let at = 0; at < body.length; at += 100001) response.write(body.subarray(at, at + 100001));
    return response.end();
  });
  server.listen(0, '127.0.0.1', () => { url = `http://127.0.0.1:${server.address().port}`; done(); });
}));
afterAll(() => new Promise((done) => { server.closeAllConnections?.(); server.close(done); }));

test.each(Object.keys(files).filter((name) => !name.endsWith('.json')))('%s from a blob and from an address', async (name) => {
  const whole = torsh.load(files[name]);
  const show = (x) => JSON.stringify(x, function (key) {
    const v = this[key]; // before toJSON, by which a tensor is all of its elements
    return torsh.isTensor(v) ? [v.dtype, v.shape, digest(v)] : typeof v === 'bigint' ? String(v) : v;
  });
  expect(show(await torsh.load(new Blob([files[name]])))).toBe(show(whole));
  expect(show(await torsh.load(new URL(`${url}/${name}`)))).toBe(show(whole));
  expect(show(await torsh.load(`${url}/${name}?mode=chunked`))).toBe(show(whole));
});

test('progress of a download', async () => {
  for (const [mode, total] of [['', files['m.safetensors'].length], ['chunked', null]]) {
    const seen = [];
    await torsh.load(await fetch(`${url}/m.safetensors?mode=${mode}`), { onProgress: (p) => seen.push(p) });
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.every((p, i) => p.total === total && (i === 0 || p.loaded > seen[i - 1].loaded))).toBe(true);
    expect(seen.at(-1).loaded).toBe(files['m.safetensors'].length);
  }
});

test('shards beside their index', async () => {
  const back = await torsh.load(`${url}/x.safetensors.index.json`);
  expect(Object.keys(back)).toEqual(['c', 'a']);
  expect(values(back)[1]).toEqual(values(state())[0]);
});

test('what goes wrong is a TorshError, and leaves nothing behind', async () => {
  const before = torsh.memory().handles;
  for (const mode of ['cut', 'chunked&gone']) await refused(torsh.load(`${url}/${mode === 'cut' ? 'm.safetensors' : 'gone'}?mode=${mode}`)).then((e) => expect([e instanceof torsh.TorshError, e.code, e.op]).toEqual([true, 'ERR_IO', 'load']));
  expect((await refused(torsh.load(`${url}/gone`))).message).toMatch(/404/);
  expect((await refused(torsh.load('http://127.0.0.1:1/x'))).message).toMatch(/cannot read http:\/\/127\.0\.0\.1:1\/x/);
  expect((await refused(torsh.load(new Blob([files['m.pt'].subarray(0, 5000)])))).message).toMatch(/zip file has no end/);
  const read = await fetch(`${url}/f.npy`);
  await read.arrayBuffer();
  expect((await refused(torsh.load(read))).code).toBe('ERR_IO');
  expect((await refused(torsh.load(new Blob([files['x.safetensors.index.json']])))).message).toMatch(/index of a sharded state dict/);
  expect(() => torsh.load(new Blob([]), { onProgress: 5 })).toThrow(/onProgress/);
  expect(torsh.memory().handles).toBe(before);
});

/** A FileSystemFileHandle: what is written stands when it is closed. */
class Handle {
  constructor(name) { this.name = name; this.content = Buffer.alloc(0); this.failAfter = Infinity; }
  async getFile() { return new Blob([this.content]); }
  async createWritable() {
    const parts = [];
    return {
      write: async (bytes) => { if (parts.length >= this.failAfter) throw new Error('the quota is exceeded'); parts.push(Buffer.from(bytes)); },
      close: async () => { this.content = Buffer.concat(parts); },
      abort: async () => { parts.length = 0; },
    };
  }
}

test.each(['h.safetensors', 'h.pt', 'h.npz'])('%s by a handle', async (name) => {
  const handle = new Handle(name);
  await torsh.save(state(), handle);
  expect(values(await torsh.load(handle))).toEqual(values(state()));
  expect(handle.content.equals(Buffer.from(torsh.save(state(), { format: name.split('.')[1] })))).toBe(true);
  handle.failAfter = 1;
  const e = await refused(torsh.save({ a: torsh.zeros(3) }, handle));
  expect([e.code, e.message]).toEqual(['ERR_IO', `save: cannot write '${name}': the quota is exceeded`]);
  expect(values(await torsh.load(handle))).toEqual(values(state()));
});
