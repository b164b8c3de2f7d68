/** Programs of a few lines, each in a fresh process of Node. */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, '../..');
export const dist = join(root, 'dist');
export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** What the last line says that it prints. */
export const json = (source, env, ...args) => JSON.parse(execFileSync(process.execPath, [...args, '-e', source], { encoding: 'utf8', env, cwd: here }).trim().split('\n').pop());

/** Source of an expression: the most that the process itself has had in RAM, MB. (On Linux maxRSS counts what it had before exec, which is its parent's.) */
export const PEAK_RSS = String.raw`(process.platform === 'linux' ? Number(/VmHWM:\s*(\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]) : process.resourceUsage().maxRSS) / 1024`;
