import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const works = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const flags = (what) => execFileSync('pkg-config', [what, 'openblas'], { encoding: 'utf8' }).trim().split(/\s+/).filter(Boolean);

/** Path of the program of limits.c; null where there is no compiler. Without OpenBLAS it knows no products. */
export function compileLimits() {
  if (!works('cc', '--version')) return null;
  const out = join(here, '../../../build/bench/limits');
  mkdirSync(dirname(out), { recursive: true });
  const blas = works('pkg-config', '--exists', 'openblas');
  execFileSync('cc', ['-O3', '-march=native', '-ffp-contract=fast', ...(blas ? ['-DHAVE_CBLAS', ...flags('--cflags')] : []), join(here, 'limits.c'), '-o', out, ...(blas ? flags('--libs') : []), '-lm', '-lpthread']);
  return out;
}
