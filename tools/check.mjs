/**
 * `npm run check`: everything about the tree that can be told without running torsh, side by side, in seconds.
 * Generated files fresh, who may include and import whom, file sizes and spaces, types, lint. Exit code 1 and the
 * findings when something is off.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { checkIncludes } from './check/includes.mjs';
import { checkModules } from './check/modules.mjs';
import { checkText } from './check/text.mjs';
import { root } from './sources.mjs';

/** Path -> text of every file that git tracks or would (what .gitignore names is left out). */
function projectFiles() {
  const names = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  const files = new Map();
  for (const name of names.split('\0')) {
    const path = join(root, name);
    if (!name || !existsSync(path) || !statSync(path).isFile()) continue;
    const bytes = readFileSync(path);
    if (!bytes.includes(0)) files.set(name, bytes.toString('utf8'));
  }
  return files;
}

/** Runs a program of node_modules (or a script) with Node; resolves to its findings, [] when it is content. */
function node(script, ...args) {
  return new Promise((resolve) => {
    if (!existsSync(script)) {
      resolve([`${script} is missing: run \`npm ci\``]);
      return;
    }
    execFile(process.execPath, [script, ...args], { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve(error ? [`${stdout}${stderr}`.trim() || String(error)] : []);
    });
  });
}

/** The script behind a package's command. */
function bin(name, command = name) {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
    const { bin: commands } = JSON.parse(readFileSync(manifest, 'utf8'));
    return join(dirname(manifest), typeof commands === 'string' ? commands : commands[command]);
  } catch {
    return join(root, 'node_modules', name);
  }
}

/** The uses of the declarations that lib/ has now, not of those that some earlier build left. */
async function typeTests() {
  const script = join(root, 'tools/build/declarations.mjs');
  const trouble = await node(script);
  return trouble.length > 0 ? trouble : node(bin('typescript', 'tsc'), '--noEmit', '-p', 'types/tests/tsconfig.json');
}

const files = projectFiles();
const checks = {
  'generated files': node(join(root, 'tools/gen/main.mjs'), '--check'),
  types: node(bin('typescript', 'tsc'), '--noEmit', '-p', 'tsconfig.json'),
  'type tests': typeTests(),
  lint: node(bin('oxlint'), '--deny-warnings', '.'),
  includes: checkIncludes(files),
  modules: checkModules(files),
  text: checkText(files),
};

let failed = 0;
for (const [name, findings] of Object.entries(checks)) {
  const problems = await findings;
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n  ')}`);
  if (problems.length > 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
