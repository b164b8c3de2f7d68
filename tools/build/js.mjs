// dist/: the bundles, thin ESM wrappers, and the declarations.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { bundle } from './bundle.mjs';
import { writeTypes } from './types.mjs';

export async function buildJs(root) {
  const dist = join(root, 'dist');
  mkdirSync(dist, { recursive: true });
  try {
    await bundle(root);
  } catch (e) {
    return String(e.message ?? e);
  }
  /* ESM wrappers re-export the one CommonJS instance, so that import and require give the same classes. */
  // Both backends have the same names; a machine may have built but one of them.
  const script = 'let torsh; try { torsh = require("./dist/wasm.cjs"); } catch { torsh = require("./dist/native.cjs"); } console.log(JSON.stringify(Object.keys(torsh)))';
  const names = JSON.parse(spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' }).stdout || '[]');
  for (const name of ['native', 'wasm', 'torsh']) {
    const ids = names.filter((n) => /^_?[A-Za-z]\w*$/.test(n) && n !== 'default');
    writeFileSync(join(dist, `${name}.mjs`), `import torsh from './${name}.cjs';\nexport default torsh;\n`
      // By way of other names: `var` is an op, and a word of the language.
      + `const { ${ids.map((n) => `${n}: $${n}`).join(', ')} } = torsh;\nexport { ${ids.map((n) => `$${n} as ${n}`).join(', ')} };\n`);
  }
  copyFileSync(join(root, 'src/gen/ops.json'), join(dist, 'ops.json'));
  const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')], { cwd: root, encoding: 'utf8' });
  if (tsc.status !== 0) return tsc.stdout + tsc.stderr;
  return writeTypes(root);
}
