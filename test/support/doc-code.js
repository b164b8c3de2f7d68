// JavaScript in documentation: what `console.log` prints must be what the comment behind or below it says.
const { inspect } = require('node:util');

/** The blocks marked ```js of a page, with the line each starts at; ```js no-run is left out. */
function blocksOf(markdown) {
  const blocks = [];
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(\s*)```js\s*(.*)$/.exec(lines[i]);
    if (!fence) continue;
    const start = i + 1;
    while (++i < lines.length && lines[i].trim() !== '```');
    if (!/\bno-run\b/.test(fence[2])) blocks.push({ line: start + 1, source: lines.slice(start, i).map((line) => line.slice(fence[1].length)).join('\n') });
  }
  return blocks;
}

/** The comment that tells what the statement that ends in line i prints: behind it, or the lines right below. */
function expectedAt(lines, i) {
  const behind = /\);\s*\/\/ ?(.*)$/.exec(lines[i]);
  const text = behind ? [behind[1]] : [];
  for (let j = i + 1; j < lines.length && /^\s*\/\/( |$)/.test(lines[j]); j++) text.push(lines[j].replace(/^\s*\/\/ ?/, ''));
  return text.length > 0 ? text.join('\n') : null;
}

/** Imports of torsh and of Node's own modules as what a function's body may hold. */
function withoutImports(source) {
  return source
    .replace(/^import (\w+) from 'torsh(?:\/\w+)?';.*$/gm, (_, name) => (name === 'torsh' ? '' : `const ${name} = torsh;`))
    .replace(/^import \{([^}]*)\} from 'torsh(?:\/\w+)?';.*$/gm, 'const {$1} = torsh;')
    .replace(/^const torsh = require\('torsh(?:\/\w+)?'\);.*$/gm, '')
    .replace(/^import (\w+) from '(node:[\w/]+)';.*$/gm, "const $1 = require('$2');")
    .replace(/^import \{([^}]*)\} from '(node:[\w/]+)';.*$/gm, "const {$1} = require('$2');");
}

const printed = (args) => args.map((x) => (typeof x === 'string' ? x : inspect(x))).join(' ');
const plain = (text) => text.split('\n').map((line) => line.trim()).join('\n').trim();

/**
 * Runs a block (or several joined); resolves to [{ line, expected, got }] of the logs whose comment says something else.
 * logs: what each call of console.log printed, by line, goes there.
 */
async function runBlock(torsh, source, { logs = [], load = require } = {}) {
  const lines = source.split('\n');
  const marked = lines.map((line, i) => line.replace(/console\.log\(/g, `$log(${i}, `)).join('\n');
  const wrong = [];
  const last = (i) => { // the line in which the call that begins in line i ends
    let j = i;
    while (j < lines.length - 1 && !/\);\s*(\/\/.*)?$/.test(lines[j])) j++;
    return j;
  };
  const log = (i, ...args) => {
    const got = printed(args);
    logs.push({ line: i, end: last(i), text: got });
    const expected = expectedAt(lines, last(i));
    if (expected !== null && plain(expected) !== plain(got)) wrong.push({ line: i + 1, expected, got });
  };
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  await new AsyncFunction('torsh', '$log', 'require', withoutImports(marked))(torsh, log, load);
  return wrong;
}

module.exports = { blocksOf, runBlock };
