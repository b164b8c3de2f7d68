/** CHANGELOG.md has an entry for the version: `## [1.2.3] - 2026-01-31` (https://keepachangelog.com), newest first. */

const KINDS = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
const byVersion = (a, b) => a.split('.').reduce((order, part, i) => order || Number(part) - Number(b.split('.')[i]), 0);

/** What is wrong with the changelog, of a release of `version`. */
export function checkChangelog(text, version) {
  const problems = [], entries = [];
  text.split('\n').forEach((line, i) => {
    if (!line.startsWith('## ')) return;
    const [, name, date] = /^## \[(Unreleased|\d+\.\d+\.\d+)\](?: - (\d{4}-\d{2}-\d{2}))?$/.exec(line) ?? [];
    if (name === undefined) problems.push(`CHANGELOG.md:${i + 1}: '${line}' is not as '## [1.2.3] - 2026-01-31'`);
    else if (name !== 'Unreleased' && (date === undefined || Number.isNaN(Date.parse(date)))) problems.push(`CHANGELOG.md:${i + 1}: version ${name} has no date`);
    if (name !== undefined) entries.push({ name, from: i });
  });
  const lines = text.split('\n');
  const at = entries.findIndex(({ name }) => name === version);
  if (at < 0) return [...problems, `CHANGELOG.md has no entry for version ${version}`];
  const body = lines.slice(entries[at].from + 1, entries[at + 1]?.from ?? lines.length);
  if (!body.some((line) => line.startsWith('- '))) problems.push(`CHANGELOG.md: the entry for version ${version} says nothing (- ...)`);
  for (const line of body) if (line.startsWith('### ') && !KINDS.includes(line.slice(4))) problems.push(`CHANGELOG.md: '${line}' in version ${version} is none of ${KINDS.join(', ')}`);
  const unreleased = entries.findIndex(({ name }) => name === 'Unreleased');
  if (unreleased >= 0) {
    const end = entries[unreleased + 1]?.from ?? lines.length;
    if (unreleased > 0) problems.push('CHANGELOG.md: [Unreleased] stands below a version');
    if (lines.slice(entries[unreleased].from + 1, end).some((line) => line.startsWith('- '))) problems.push(`CHANGELOG.md: what is under [Unreleased] belongs to a version before ${version} is released`);
  }
  const versions = entries.map(({ name }) => name).filter((name) => name !== 'Unreleased');
  versions.forEach((name, i) => { if (i > 0 && byVersion(versions[i - 1], name) <= 0) problems.push(`CHANGELOG.md: version ${name} stands below ${versions[i - 1]}, newest first`); });
  if (versions[0] !== version && versions.includes(version)) problems.push(`CHANGELOG.md: the newest version is ${versions[0]}, package.json says ${version}`);
  return problems;
}
