/**
 * `npm run demos`: builds what is missing and serves demos/ with the headers that allow threads.
 *
 *   npm run demos -- [--port 8080] [--host 127.0.0.1]
 *   npm run demos -- --build [FOLDER]     writes a folder (demos-dist) for any static server, under any path, instead
 */
import { spawnSync } from 'node:child_process';
import { cpSync, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './sources.mjs';

const types = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.wasm': 'application/wasm', '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8', '.md': 'text/markdown; charset=utf-8', '.webp': 'image/webp',
};
/** A page that is cross-origin isolated may have threads. */
export const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Folders of the checkout by the address that they are served at; the longest that fits is meant. */
const mounts = [['/torsh/', join(root, 'dist')], ['/data/shakespeare.txt.gz', join(root, 'examples/data/shakespeare.txt.gz')], ['/', join(root, 'demos')]];

/** The file that an address stands for, or null: nothing outside of the mounted folders, whatever the address or links say. */
function fileOf(pathname) {
  let path;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  const [at, folder] = mounts.find(([prefix]) => path.startsWith(prefix)) ?? [];
  if (at === undefined || path.includes('\0')) return null;
  let file = join(folder, path.slice(at.length));
  if (path.endsWith('/')) file = join(file, 'index.html');
  if (!existsSync(file)) return null;
  const real = realpathSync(file), base = realpathSync(folder);
  return real === base || real.startsWith(base + sep) ? real : null;
}

/** Serves the demos; resolves to { url, close }. */
export function serveDemos({ port = 0, host = '127.0.0.1', headers = isolation } = {}) {
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url.replace(/^\/+/, '/'), 'http://localhost');
    const answer = (status, fields = {}) => response.writeHead(status, { ...headers, 'X-Content-Type-Options': 'nosniff', ...fields });
    if (request.method !== 'GET' && request.method !== 'HEAD') return void answer(405, { Allow: 'GET, HEAD' }).end();
    const file = fileOf(pathname);
    if (file === null) return void answer(404, { 'Content-Type': 'text/plain' }).end('not found\n');
    const info = statSync(file);
    if (info.isDirectory()) return void answer(308, { Location: `${pathname}/${search}` }).end();
    answer(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Content-Length': info.size, 'Cache-Control': 'no-cache' });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file).on('error', () => response.destroy()).pipe(response);
  });
  return new Promise((done, failed) => {
    server.on('error', failed);
    server.listen(port, host, () => {
      done({
        url: `http://${host.includes(':') ? `[${host}]` : host}:${server.address().port}`,
        close: () => new Promise((closed) => { server.close(closed); server.closeAllConnections(); }),
      });
    });
  });
}

/** A bundle of dist/ by its path there, and what it loads in turn. */
function loadedBy(name, found = new Set()) {
  if (found.has(name) || !existsSync(join(root, 'dist', name))) return found;
  found.add(name);
  if (!name.endsWith('.mjs')) return found;
  const text = readFileSync(join(root, 'dist', name), 'utf8');
  for (const [, path] of text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)["'](\.\.?\/[\w./-]+)["']/g)) loadedBy(posix.join(dirname(name), path), found);
  return found;
}

/** Writes the demos as files for any static server. Returns the number of bytes. */
export async function buildDemos(folder) {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, 'torsh/worker.web.mjs'))) throw new Error(`${folder} is there and is no earlier build of the demos: remove it, or name another folder`);
  rmSync(folder, { recursive: true, force: true });
  const inDemos = (file) => relative(join(root, 'demos'), file).split(sep).join('/');
  cpSync(join(root, 'demos'), folder, { recursive: true, filter: (file) => !/^(?:data\/pack\.mjs|transfer\/pretrain\.mjs)$/.test(inDemos(file)) });
  cpSync(join(root, 'examples/data/shakespeare.txt.gz'), join(folder, 'data/shakespeare.txt.gz'));
  mkdirSync(join(folder, 'torsh'));
  const { transform } = await import('esbuild');
  for (const name of loadedBy('worker.web.mjs')) {
    const from = join(root, 'dist', name), to = join(folder, 'torsh', name);
    mkdirSync(dirname(to), { recursive: true });
    if (!name.endsWith('.mjs')) cpSync(from, to);
    else writeFileSync(to, (await transform(readFileSync(from, 'utf8'), { minify: true, keepNames: true, format: 'esm', target: 'es2022', legalComments: 'none' })).code);
  }
  return readdirSync(folder, { recursive: true }).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** What the pages need of dist/. */
function prepare() {
  for (const [part, files] of [['wasm', ['torsh.wasm', 'torsh-threads.wasm']], ['js', ['worker.web.mjs', 'worker-thread.mjs', 'web.mjs']]]) {
    if (files.every((name) => existsSync(join(root, 'dist', name)))) continue;
    console.log(`demos: building ${part} (once)`);
    if (spawnSync(process.execPath, [join(root, 'tools/build.mjs'), part], { stdio: 'inherit' }).status !== 0) throw new Error(`${part} could not be built (above)`);
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { port: { type: 'string', default: '8080' }, host: { type: 'string', default: '127.0.0.1' }, build: { type: 'boolean' }, help: { type: 'boolean' } }, allowPositionals: true,
  });
  if (values.help) {
    console.log(readFileSync(fileURLToPath(import.meta.url), 'utf8').split('*/')[0].replace(/^\/?\s?\*+ ?/gm, '').trim());
    return;
  }
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new Error(`--port must be a number up to 65535, but got ${values.port}`);
  prepare();
  if (values.build) {
    const folder = resolve(positionals[0] ?? 'demos-dist');
    console.log(`demos: ${folder}, ${((await buildDemos(folder)) / 1e6).toFixed(1)} MB`);
    return;
  }
  const { url } = await serveDemos({ port: Number(values.port), host: values.host });
  console.log(`The demos are at ${url}/ (stop with Ctrl-C)`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    await main();
  } catch (error) {
    console.error(`demos: ${error.message}`);
    process.exitCode = 1;
  }
}
