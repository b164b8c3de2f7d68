// dist/: the bundles, thin ESM wrappers, and the declarations.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundle } from './bundle.mjs';
import { buildTypes, membersOf } from './types.mjs';

export async function buildJs(root) {
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  try {
    await bundle(root);
  } catch (e) {
    return String(e.message ?? e);
  }
  /* ESM wrappers re-export the one CommonJS instance, so that import and require give the same classes. */
  const [names] = await membersOf(root);
  for (const name of ['native', 'wasm', 'torsh']) {
    const ids = names.filter((n) => /^_?[A-Za-z]\w*$/.test(n) && n !== 'default');
    writeFileSync(join(dist, `${name}.mjs`), `import torsh from './${name}.cjs';\nexport default torsh;\n`
      // By way of other names: `var` is an op, and a word of the language.
      + `const { ${ids.map((n) => `${n}: $${n}`).join(', ')} } = torsh;\nexport { ${ids.map((n) => `$${n} as ${n}`).join(', ')} };\n`);
  }
  writeFileSync(join(dist, 'worker.mjs'), "export { createWorker, serve, TorshError, TorshWorker, transfer } from './worker.cjs';\n");
  copyFileSync(join(root, 'src/gen/ops.json'), join(dist, 'ops.json'));
  return buildTypes(root);
}
