/** Sizes of what is shipped, and the budget for them in package.json ("torsh"/"sizeBudget"), in bytes. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import esbuild from 'esbuild';

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const gzipped = (path) => gzip(readFileSync(path));

/** What a page loads of the JavaScript, bundled, minified and gzipped, when it does this with torsh. (wasm.mjs is for bundlers that bring no .wasm.) */
const bundled = (dist, contents) => gzip(esbuild.buildSync({ stdin: { contents, resolveDir: dist }, bundle: true, minify: true, write: false, format: 'esm', platform: 'browser', logLevel: 'error', external: ['*.wasm', './wasm.mjs'] }).outputFiles[0].contents);

/** The sizes by the names of the budget; null for what has not been built. packed: npm pack's account of the tarball, if there is one. */
export function measure(root, packed = null) {
  const dist = join(root, 'dist'), at = (path, size) => (existsSync(path) ? size(path) : null);
  const scripts = existsSync(dist) ? readdirSync(dist, { recursive: true }).map(String).filter((name) => /\.[cm]?js$/.test(name) && !name.startsWith('libtorsh')) : [];
  return {
    addon: at(join(root, 'build/Release/torsh.node'), (path) => statSync(path).size),
    wasm: at(join(dist, 'torsh.wasm'), (path) => statSync(path).size),
    wasmGzip: at(join(dist, 'torsh.wasm'), gzipped),
    page: at(join(dist, 'web/torsh.mjs'), () => bundled(dist, "import torsh from './web/torsh.mjs'; globalThis.torsh = torsh;")),
    pageOfTensors: at(join(dist, 'web/torsh.mjs'), () => bundled(dist, "import { tensor } from './web/torsh.mjs'; globalThis.tensor = tensor;")),
    node: at(join(dist, 'native.cjs'), (path) => statSync(path).size),
    js: scripts.length > 0 ? scripts.reduce((n, name) => n + statSync(join(dist, name)).size, 0) : null,
    tarball: packed && packed.size,
    unpacked: packed && packed.unpackedSize,
  };
}

/** What is larger than its budget, has none, or is not there. */
export function checkSizes(sizes, budget) {
  const problems = Object.keys(budget).filter((name) => !(name in sizes)).map((name) => `package.json has a size budget for '${name}', which nothing measures`);
  for (const [name, size] of Object.entries(sizes)) {
    if (budget[name] === undefined) problems.push(`'${name}' has no size budget in package.json`);
    else if (size === null) problems.push(`'${name}' has not been built`);
    else if (size > budget[name]) problems.push(`'${name}' has ${size} bytes, more than its budget of ${budget[name]}`);
  }
  return problems;
}
