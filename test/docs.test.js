// Documentation is run: the blocks of a page one after another, with the names of those before; of the reference and of doc comments each by itself.
const { mkdtempSync, readFileSync, readdirSync, rmSync, cpSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, relative } = require('node:path');
const torsh = require('torsh');
const { rows } = require('./support/rows.js');
const { blocksOf, runBlock } = require('./support/doc-code.js');

const root = join(__dirname, '..');
const skipped = new Set(['node_modules', '.vitepress', 'api', 'public']);
const pagesIn = (folder) => readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
  if (entry.isDirectory()) return skipped.has(entry.name) ? [] : pagesIn(`${folder}/${entry.name}`);
  return entry.name.endsWith('.md') ? [`${folder}/${entry.name}`] : [];
});
const pages = ['README.md', ...pagesIn('docs')].map((path) => ({ path, blocks: blocksOf(readFileSync(join(root, path), 'utf8')) })).filter(({ blocks }) => blocks.length > 0);
const isReference = ({ path }) => path.startsWith('docs/reference/');

// Examples read and write files as programs that were started in the root of the repository do.
const before = process.cwd();
let dir;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'torsh-docs-'));
  cpSync(join(root, 'examples/data'), join(dir, 'examples/data'), { recursive: true });
  process.chdir(dir);
});
afterAll(() => {
  process.chdir(before);
  rmSync(dir, { recursive: true, force: true });
});

test.each(pages.filter((page) => !isReference(page)).map((page) => [page.path, page]))('%s', async (_, { blocks }) => {
  // Line numbers stay those of the page.
  let source = '';
  for (const block of blocks) source = `${source}${'\n'.repeat(block.line - 1 - (source.match(/\n/g)?.length ?? 0))}${block.source}\n`;
  const imports = new Set();
  source = source.replace(/^import .*$/gm, (line) => (imports.has(line) ? '' : (imports.add(line), line)));
  expect(await runBlock(torsh, source)).toEqual([]);
});

test.each(pages.filter(isReference).map((page) => [relative('docs', page.path), page]))('%s', async (_, { blocks }) => {
  for (const { line, source } of blocks) expect((await runBlock(torsh, source)).map((wrong) => ({ ...wrong, line: line + wrong.line - 1 }))).toEqual([]);
});

// Examples of doc comments, which editors and the pages of the classes show.
const sourcesIn = (folder) => readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory()
  ? sourcesIn(`${folder}/${entry.name}`) : entry.name.endsWith('.ts') ? [`${folder}/${entry.name}`] : []));
const documented = sourcesIn('lib').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })).filter(({ text }) => text.includes('@example'));
test.each(documented.map((source) => [source.path, source]))('%s', async (_, { text }) => {
  const blocks = blocksOf(text.split('\n').map((line) => line.replace(/^\s*\* ?/, '')).join('\n'));
  expect(blocks.length).toBe(text.split('@example').length - 1);
  for (const { line, source } of blocks) expect((await runBlock(torsh, source)).map((wrong) => ({ ...wrong, line: line + wrong.line - 1 }))).toEqual([]);
});

test('every module, optimizer, scheduler and distribution has an example', () => {
  const kinds = [[torsh.nn, torsh.nn.Module], [torsh.optim, torsh.optim.Optimizer], [torsh.optim.lrScheduler, torsh.optim.lrScheduler.LRScheduler], [torsh.distributions, torsh.distributions.Distribution]];
  const shown = documented.map(({ text }) => text).join('');
  const without = kinds.flatMap(([space, kind]) => Object.keys(space).filter((name) => typeof space[name] === 'function' && space[name].prototype instanceof kind))
    .filter((name) => !new RegExp(`\\b${name}\\(`).test(shown));
  expect(without).toEqual(['Container', 'RNNBase', 'RNNCellBase', 'ExponentialFamily']); // bases of others
});

test('every operator of the reference has an example', () => {
  const examples = JSON.parse(readFileSync(join(root, 'docs/reference/examples.json'), 'utf8'));
  expect(rows.filter((row) => !examples[row.name]).map((row) => row.name)).toEqual([]);
});
