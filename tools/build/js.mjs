// dist/: the bundles, the entries to them, and the declarations.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundle } from './bundle.mjs';
import { writeEntries } from './entries.mjs';
import { buildTypes, membersOf } from './types.mjs';

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
  copyFileSync(join(root, 'src/gen/ops.json'), join(dist, 'ops.json'));
  return buildTypes(root);
}
