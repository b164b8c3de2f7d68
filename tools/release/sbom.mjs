/** Software bills of materials (CycloneDX): of what the package holds, and of what development installs. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** npm's bill of a folder with a lock file. */
function npmSbom(folder, manifest, ...options) {
  const text = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--package-lock-only', ...options], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26, shell: process.platform === 'win32' });
  const bill = JSON.parse(text);
  // npm takes the folder's name.
  bill.metadata.component.name = manifest.name;
  return bill;
}

/** A component of the bill that no lock file knows. */
const component = (name, version, license, purl, description) => ({
  'bom-ref': `${name}@${version}`, type: 'library', name, version, scope: 'required', description, purl, licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }],
});

/** { shipped, development }. bundled: names of the packages whose code is within the bundles. emscripten: its version. */
export function makeBills(root, manifest, { bundled, emscripten }) {
  const development = npmSbom(root, manifest), shipped = npmSbom(root, manifest, '--omit', 'dev', '--omit', 'optional', '--omit', 'peer');
  const require = createRequire(join(root, 'package.json'));
  shipped.components.push(
    ...bundled.map((name) => {
      const { version, license } = require(`${name}/package.json`);
      return component(name, version, license, `pkg:npm/${name}@${version}`, 'bundled into the entries for pages');
    }),
    component('emscripten', emscripten, 'MIT OR NCSA', `pkg:generic/emscripten@${emscripten}`, 'its system libraries (musl, emmalloc, compiler-rt) are linked into the .wasm files'),
  );
  const own = shipped.metadata.component['bom-ref'];
  shipped.dependencies.find(({ ref }) => ref === own).dependsOn.push(...shipped.components.map((c) => c['bom-ref']));
  return { shipped, development };
}

/** What a bill lacks. */
export function checkBill(bill, { name, version }) {
  const problems = [];
  if (bill.bomFormat !== 'CycloneDX') problems.push('it is no CycloneDX document');
  const its = bill.metadata?.component;
  if (its?.name !== name || its?.version !== version) problems.push(`it is of ${its?.name}@${its?.version}, not of ${name}@${version}`);
  const refs = new Set([its?.['bom-ref'], ...(bill.components ?? []).map((c) => c['bom-ref'])]);
  for (const c of bill.components ?? []) if (!c.version || !(c.licenses?.length > 0)) problems.push(`${c.name} has no ${c.version ? 'licence' : 'version'}`);
  for (const { ref, dependsOn } of bill.dependencies ?? []) for (const to of dependsOn ?? []) if (!refs.has(to)) problems.push(`${ref} depends on ${to}, which is not listed`);
  return problems;
}
