// Where OpenBLAS is, asked of pkg-config: `found` prints yes or no, `cflags` and `libs` what the compiler needs.
// TORSH_BLAS=packed leaves it out.
import { spawnSync } from 'node:child_process';

const ask = (...args) => spawnSync('pkg-config', [...args, 'openblas'], { encoding: 'utf8' });
const found = process.env.TORSH_BLAS !== 'packed' && ask('--exists').status === 0;
const what = process.argv[2];
if (what === 'found') console.log(found ? 'yes' : 'no');
else if (found && (what === 'cflags' || what === 'libs')) console.log(ask(`--${what}`).stdout.trim());
