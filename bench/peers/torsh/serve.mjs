/** torsh on one backend: node serve.mjs native|wasm THREADS */
import { createRequire } from 'node:module';
import { serve } from '../protocol.mjs';
import { works } from './works.mjs';

const [, , backend, threads] = process.argv;
const require = createRequire(import.meta.url);
const torsh = require(`../../../dist/${backend}.cjs`);
torsh.setNumThreads(Number(threads));

/** An op of the table by a sample, for --ops. */
function op({ row, args, kwargs }) {
  const { build, callRow, rows } = require('../../../test/support/rows.js');
  const built = build(torsh, { args, kwargs });
  const entry = rows.find((r) => r.name === row);
  return { run: () => { torsh.tidy(() => { callRow(entry, torsh, built); }); } };
}

serve({ ...works(torsh), op });
