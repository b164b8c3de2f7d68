/** The gradients of TensorFlow.js ship as ES modules that Node does not load as such, and pages want one file: a bundle of what is used. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/** Path of the bundle; it exports { tf, backend }. format: cjs for Node, esm for pages. */
export function bundle(kind, format) {
  const outfile = join(here, '../../../build/bench', `tfjs-${kind}.${format === 'cjs' ? 'cjs' : 'mjs'}`);
  mkdirSync(dirname(outfile), { recursive: true });
  buildSync({
    stdin: {
      contents: `export * as tf from '@tensorflow/tfjs-core'; import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
        import '@tensorflow/tfjs-core/dist/register_all_gradients'; export * as backend from '@tensorflow/tfjs-backend-${kind}';`,
      resolveDir: here,
    },
    bundle: true, platform: format === 'cjs' ? 'node' : 'browser', mainFields: ['module', 'main'], format, outfile, logLevel: 'silent',
  });
  return outfile;
}
