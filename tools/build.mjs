// `node tools/build.mjs [native|wasm|js|libtorsh]...`: builds what is named, else the first three. A failed addon is a
// warning unless it was asked for by name: torsh runs on WASM then.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildJs } from './build/js.mjs';
import { buildLibtorsh } from './build/libtorsh.mjs';
import { buildNative } from './build/native.mjs';
import { writeEmbedded } from './build/web.mjs';
import { buildWasm } from '../wasm/build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const asked = process.argv.slice(2).filter((a) => !a.startsWith('-'));
const builders = { native: () => buildNative(root), wasm: () => buildWasm(root), js: () => buildJs(root), libtorsh: () => buildLibtorsh(root) };
for (const name of asked.length ? asked : ['native', 'wasm', 'js']) {
  if (!builders[name]) {
    console.error(`usage: node tools/build.mjs [${Object.keys(builders).join('|')}]...`);
    process.exit(1);
  }
  const start = Date.now();
  const failure = await builders[name]();
  if (name === 'wasm' && !failure) writeEmbedded(root);
  if (!failure) console.log(`built ${name} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
  else {
    console.error(`${name} could not be built:\n${failure}`);
    if (asked.length || name !== 'native') process.exit(1);
    console.error('torsh will run on WebAssembly.');
  }
}
