/** The torsh that the commands are about: the one whose package holds them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

export const require = createRequire(import.meta.url);
const manifestFile = require.resolve('torsh/package.json');
export const folder = dirname(manifestFile);
export const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
export const { version } = manifest;

/** torsh on the backend that is asked for. Read when a command needs it, since TORSH_BACKEND may be set before. */
export const loadTorsh = () => require('torsh');

/** What the user can mend: told without a stack trace. */
export class Refusal extends Error {
  expected = true;
}
