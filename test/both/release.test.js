'use strict';
// What `npm run release:check` finds, and that this tree passes what takes no build.
const path = require('node:path');
const { root, run } = require('../support/child');

const part = (name) => import(path.join(root, 'tools/release', `${name}.mjs`));
const release = (...args) => run(process.execPath, [path.join(root, 'tools/release.mjs'), ...args]);

// Between releases the changelog keeps changes back.
test('this tree: versions, licences, provenance', async () => {
  const { code, stdout, stderr } = await release('--only', 'versions,licences,provenance');
  expect(stdout).toMatch(/^ok {4} versions .*\nok {4} licences .*\nok {4} provenance .*\n/);
  expect([code, stderr]).toEqual([0, '']);
});

test('the command line', async () => {
  const [list, unknown, option] = await Promise.all([release('--list'), release('--only', 'changelog,weather'), release('--quick')]);
  for (const name of ['versions', 'build', 'sizes', 'sbom', 'coverage', 'test:full']) expect(list.stdout).toMatch(new RegExp(`^${name} `, 'm'));
  expect([unknown.code, unknown.stderr]).toEqual([2, "release: there is no check 'weather'; --list tells their names\n"]);
  expect(option.code).not.toBe(0);
});

describe('changelog', () => {
  const good = '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-02-01\n\n### Added\n\n- A thing.\n\n## [1.1.10] - 2025-12-31\n\n- First.\n';
  test.each([
    ['is in order', good, '1.2.0', []],
    ['lacks the version', good, '1.3.0', ['CHANGELOG.md has no entry for version 1.3.0']],
    ['is of a newer version', good, '1.1.10', ['CHANGELOG.md: the newest version is 1.2.0, package.json says 1.1.10']],
    ['has no date', good.replace(' - 2026-02-01', ''), '1.2.0', ['CHANGELOG.md:5: version 1.2.0 has no date']],
    ['has a date that is none', good.replace('2026-02-01', '2026-13-01'), '1.2.0', ['CHANGELOG.md:5: version 1.2.0 has no date']],
    ['is empty for the version', good.replace('- A thing.\n', ''), '1.2.0', ['CHANGELOG.md: the entry for version 1.2.0 says nothing (- ...)']],
    ['keeps changes back', good.replace('[Unreleased]\n', '[Unreleased]\n\n- Not yet.\n'), '1.2.0', ['CHANGELOG.md: what is under [Unreleased] belongs to a version before 1.2.0 is released']],
    ['has another kind of heading', good.replace('### Added', '### New'), '1.2.0', ["CHANGELOG.md: '### New' in version 1.2.0 is none of Added, Changed, Deprecated, Removed, Fixed, Security"]],
    ['is written otherwise', good.replace('## [1.1.10] - 2025-12-31', '## v1.1.10'), '1.2.0', ["CHANGELOG.md:11: '## v1.1.10' is not as '## [1.2.3] - 2026-01-31'"]],
    ['is out of order', good.replace('[1.1.10]', '[1.10.0]'), '1.2.0', ['CHANGELOG.md: version 1.10.0 stands below 1.2.0, newest first']],
  ])('%s', async (_, text, version, problems) => {
    const { checkChangelog } = await part('changelog');
    expect(checkChangelog(text, version)).toEqual(problems);
  });
});

test('licences: expressions', async () => {
  const { allows } = await part('licenses');
  const allowed = (expression) => allows(expression, ['MIT', 'Apache-2.0']);
  expect(['MIT', '(MIT)', 'GPL-3.0-only OR MIT', 'MIT AND Apache-2.0', '(GPL-2.0-only OR MIT) AND Apache-2.0', 'GPL-3.0-only OR MIT AND Apache-2.0'].filter((e) => !allowed(e))).toEqual([]);
  expect(['GPL-3.0-only', 'MIT AND GPL-3.0-only', '', 'UNLICENSED', '(MIT', 'MIT)', 'MIT Apache-2.0', 'SEE LICENSE IN FILE', '(GPL-2.0-only OR MIT) AND GPL-3.0-only'].filter(allowed)).toEqual([]);
});

test('licences: of what is installed and of what is shipped', async () => {
  const { checkLock, checkShipped } = await part('licenses');
  expect(checkLock('bench', { packages: { '': {}, 'node_modules/a': { license: 'MIT' }, 'node_modules/b/node_modules/c': { license: 'AGPL-3.0-only' }, 'node_modules/d': {}, 'node_modules/node16': { name: 'node' }, '../e': { link: true } } }))
    .toEqual([expect.stringMatching(/^bench: c is under AGPL-3\.0-only/), 'bench: d names no licence']);
  const files = ['LICENSE', 'THIRD-PARTY.txt'], text = 'Copyright (c) Someone\n\nPermission is\nhereby granted';
  expect(checkShipped([{ name: 'x', license: 'MIT', text }], 'x\n  Copyright (c) Someone Permission is hereby\ngranted\n', { files })).toEqual([]);
  expect(checkShipped([{ name: 'x', license: 'LGPL-3.0-or-later', text }], 'nothing', { files: ['LICENSE'], dependencies: { y: '1' } })).toEqual([
    'x, which is bundled, is under LGPL-3.0-or-later', 'THIRD-PARTY.txt does not hold the licence of x, which is bundled',
    'package.json has dependencies (y): the package has none', 'package.json: files lacks THIRD-PARTY.txt']);
});

test('sizes', async () => {
  const { checkSizes } = await part('sizes');
  expect(checkSizes({ a: 10, b: 5 }, { a: 10, b: 6 })).toEqual([]);
  expect(checkSizes({ a: 11, b: null, c: 1 }, { a: 10, b: 6, d: 2 })).toEqual([
    "package.json has a size budget for 'd', which nothing measures", "'a' has 11 bytes, more than its budget of 10", "'b' has not been built", "'c' has no size budget in package.json"]);
});

test('bills of materials', async () => {
  const { checkBill } = await part('sbom');
  const its = { name: 'torsh', version: '1.0.0' }, component = { ...its, 'bom-ref': 't' };
  const bill = { bomFormat: 'CycloneDX', metadata: { component }, components: [{ name: 'x', version: '1', licenses: [{}], 'bom-ref': 'x' }], dependencies: [{ ref: 't', dependsOn: ['x'] }] };
  expect(checkBill(bill, its)).toEqual([]);
  expect(checkBill({ ...bill, metadata: { component: { ...component, version: '2.0.0' } }, components: [{ name: 'y', version: '1', 'bom-ref': 'y' }] }, its))
    .toEqual(['it is of torsh@2.0.0, not of torsh@1.0.0', 'y has no licence', 't depends on x, which is not listed']);
});
