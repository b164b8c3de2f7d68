/** One version everywhere: package.json, the lock file, what is generated from it, both backends, and the C API. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (root, path) => readFileSync(join(root, path), 'utf8');

/** What can be told from the sources. */
export function checkVersions(root, manifest) {
  const { version } = manifest, lock = JSON.parse(read(root, 'package-lock.json'));
  const stated = {
    'package-lock.json': lock.version,
    'package-lock.json (packages)': lock.packages[''].version,
    'lib/gen/version.ts': /version = '([^']*)'/.exec(read(root, 'lib/gen/version.ts'))?.[1],
    'src/capi/capi.c (torsh_version)': /torsh_version\(void\)\s*\{\s*return "([^"]*)"/.exec(read(root, 'src/capi/capi.c'))?.[1],
  };
  const problems = Object.entries(stated).filter(([, its]) => its !== version).map(([where, its]) => `${where} says ${its ?? 'nothing'}, package.json ${version}`);
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) problems.push(`package.json: '${version}' is no version`);
  for (const kind of ['devDependencies', 'peerDependencies']) {
    if (JSON.stringify(lock.packages[''][kind] ?? {}) !== JSON.stringify(manifest[kind] ?? {})) problems.push(`package-lock.json is not of this package.json (${kind}): npm install --package-lock-only`);
  }
  return problems;
}

/** What was built is of one op table, that of the sources: an addon or .wasm of another refuses to load. */
export function checkBuilt(root) {
  const hash = /'([0-9a-f]+)'/.exec(read(root, 'lib/gen/hash.ts'))?.[1];
  return ['native', 'wasm'].flatMap((name) => {
    const file = join(root, `dist/${name}.cjs`);
    if (!existsSync(file)) return [`dist/${name}.cjs has not been built`];
    if (!read(root, `dist/${name}.cjs`).includes(hash)) return [`dist/${name}.cjs is of another op table than lib/gen/hash.ts`];
    try {
      const said = execFileSync(process.execPath, ['-p', `require(${JSON.stringify(file)}).ones(2).sum().item()`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
      return said === '2' ? [] : [`${name}: ones(2).sum() is ${said}`];
    } catch (error) {
      return [`${name} does not load: ${error.stderr?.split('\n').find((line) => /Error/.test(line)) ?? error.message}`];
    }
  });
}
