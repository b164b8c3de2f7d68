// dist/: the bundles, the entries to them, and the declarations.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundle } from './bundle.mjs';
import { writeEntries } from './entries.mjs';
import { buildTypes, membersOf } from './types.mjs';

/** The op table without what only its tests ask for. */
function forBindings(table) {
  const { ops, ...head } = JSON.parse(table);
  return JSON.stringify({ ...head, ops: ops.map(({ samples: _, errors: __, tolerance: ___, ...op }) => op) });
}

export async function buildJs(root) {
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  try {
    await bundle(root);
  } catch (e) {
    return String(e.message ?? e);
  }
  writeEntries(root, await membersOf(root));
  writeFileSync(join(dist, 'worker.mjs'), "export { createWorker, serve, TorshError, TorshWorker, transfer } from './worker.cjs';\n");
  writeFileSync(join(dist, 'ops.json'), forBindings(readFileSync(join(root, 'src/gen/ops.json'), 'utf8')));
  return buildTypes(root);
}
