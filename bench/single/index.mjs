/** Rows that are not a time a call, by group: each function gives { name, group, unit, values, goals }, or several, or null. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { files } from './files.mjs';
import { loader } from './loader.mjs';
import { memory } from './memory.mjs';
import { dist } from './process.mjs';
import { start } from './start.mjs';

function size() {
  const modules = ['torsh.wasm', 'torsh-threads.wasm'].map((name) => join(dist, name)).filter((file) => existsSync(file));
  if (modules.length === 0) return null;
  const most = Math.max(...modules.map((file) => gzipSync(readFileSync(file), { level: 9 }).length));
  return { name: 'torsh.wasm or torsh-threads.wasm, gzipped', group: 'size', unit: 'kB', values: { wasm: most / 1000 }, goals: [['wasm', 600]] };
}

export const single = { start, memory, data: loader, files: (env) => files(env, dist), size };
