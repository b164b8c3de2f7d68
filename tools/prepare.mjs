/**
 * What `npm ci` (and `npm install` of a git address) runs at the end in a checkout: builds what can be built with what is here, and never fails the installation.
 * The published package does not hold this. TORSH_NO_BUILD=1 leaves it out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lackingFor } from './setup.mjs';
import { root } from './sources.mjs';

/* npm pack and npm publish come here too, after their own build; and so does `npx torsh` within a checkout, each time. */
const command = process.env.npm_command, built = ['pack', 'publish'].includes(command) || (command === 'exec' && existsSync(join(root, 'dist/cli.mjs')));
const wanted = !process.env.TORSH_NO_BUILD && !built && existsSync(join(root, 'node_modules/esbuild/package.json'));
if (wanted) {
  const { can, lacking } = lackingFor('build');
  for (const part of ['native', 'wasm', 'js']) {
    if (can[part] === false) continue;
    const { status } = spawnSync(process.execPath, [join(root, 'tools/build.mjs'), part], { cwd: root, stdio: 'inherit' });
    if (status !== 0) console.log(`torsh: ${part} could not be built (above); npm run build:${part} tries again`);
  }
  for (const need of lacking) console.log(`torsh: ${need.what} is missing; without it is lost: ${need.lost}`);
  if (lacking.length) console.log(`torsh: npm start and npm test install it where they may; or: sudo apt-get install ${lacking.flatMap((need) => need.packages).join(' ')}`);
}
