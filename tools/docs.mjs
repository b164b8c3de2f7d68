/**
 * `npm run docs [-- --serve]`: builds the documentation site from docs/ into docs/.vitepress/dist (VitePress; classes by TypeDoc from the doc
 * comments), or serves it and follows changes. DOCS_BASE is the path it will be served under. The site's own packages are installed at first use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildTypes } from './build/types.mjs';
import { root } from './sources.mjs';

const docs = join(root, 'docs');

function run(command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd: docs, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status === 0) return;
  console.error(error ? `docs: ${command} could not be started: ${error.message}` : `docs: ${command} ${args.join(' ')} ended with ${status}`);
  process.exit(1);
}
const tool = (script, ...args) => run(process.execPath, join(docs, 'node_modules', script), ...args);

if (!existsSync(join(docs, 'node_modules/vitepress'))) run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
const trouble = await buildTypes(root);
if (trouble) {
  console.error(trouble);
  process.exit(1);
}
rmSync(join(docs, 'api'), { recursive: true, force: true });
tool('typedoc/bin/typedoc', '--options', join(docs, 'typedoc.json'));
tool('vitepress/bin/vitepress.js', process.argv.includes('--serve') ? 'dev' : 'build', docs);
