/** jax-js on WASM in Node: one thread. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '../protocol.mjs';
import { works } from './works.mjs';

const require = createRequire(import.meta.url);
const jax = await import(pathToFileURL(join(dirname(require.resolve('@jax-js/jax')), 'index.js')).href);
await jax.init('wasm');
jax.defaultDevice('wasm');

serve(works(jax));
