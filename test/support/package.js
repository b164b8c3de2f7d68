// The package as users get it: packed as `npm pack` does it, from what has been built, and installed into folders without network.
const { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { root, run } = require('./child');

/** Runs a program; fails with its own words. */
async function must(file, args, options) {
  const result = await run(file, args, options);
  if (result.code !== 0) throw new Error(`${file} ${args.join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/**
 * Packs into `folder`: resolves to { file, files, manifest }. npm's own scripts run (prepack, prepare, postpack) in a copy of the tree, whose build does nothing
 * but say that it was asked for.
 */
async function pack(folder) {
  const copy = join(folder, 'tree');
  mkdirSync(join(copy, 'tools'), { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE', 'THIRD-PARTY.txt', 'dist', 'types', 'tools/package', 'tools/sources.mjs', 'tools/setup.mjs', 'tools/prepare.mjs', 'packages/platforms.mjs']) {
    if (existsSync(join(root, name))) cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'tools/build.mjs'), "import { writeFileSync } from 'node:fs';\nwriteFileSync('asked.json', JSON.stringify(process.argv.slice(2)));\n");
  const [packed] = JSON.parse(await must('npm', ['pack', '--json', '--pack-destination', folder], { cwd: copy, env: { npm_config_offline: 'true' } }));
  return { file: join(folder, packed.filename), files: packed.files.map((f) => f.path), tree: copy };
}

/** A project in `folder` that has installed what `what` names, offline. */
async function install(folder, what, manifest = {}) {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'commonjs', ...manifest }));
  await must('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-save', ...what], { cwd: folder });
  return folder;
}

/** A folder for a test file's own use, with how to be rid of it. */
function scratch(name) {
  const folder = mkdtempSync(join(tmpdir(), `torsh-${name}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

module.exports = { root, run, must, pack, install, scratch };
