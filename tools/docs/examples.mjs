/**
 * `npm run docs:examples`: writes docs/reference/examples.json, an example with its output for each op of the reference, from the
 * op table's samples as the native backend (or the one that loads) answers them. A test runs all of them on both backends.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { opExample, withLogs } from './op-example.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const require = createRequire(import.meta.url);
const torsh = require('../../dist/torsh.cjs');
const { rows } = require('../../test/support/rows.js');
const { runBlock } = require('../../test/support/doc-code.js');

const examples = {};
const without = [];
for (const row of rows) {
  try {
    const example = opExample(torsh, row);
    if (!example) {
      without.push(row.name);
      continue;
    }
    const code = withLogs(torsh, example);
    const logs = [];
    await runBlock(torsh, code, { logs });
    const lines = code.split('\n');
    for (const { end, text } of logs.reverse()) {
      const commented = text.split('\n').map((line) => `// ${line}`.trimEnd());
      if (commented.length === 1 && lines[end].length + commented[0].length < 110) lines[end] += ` ${commented[0]}`;
      else lines.splice(end + 1, 0, ...commented);
    }
    examples[row.name] = lines.join('\n');
  } catch (error) {
    without.push(`${row.name}: ${error.message}`);
  }
}
writeFileSync(join(root, 'docs/reference/examples.json'), `${JSON.stringify(examples, null, 1)}\n`);
console.log(`${Object.keys(examples).length} examples, ${without.length} rows without:\n  ${without.join('\n  ')}`);
