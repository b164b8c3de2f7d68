/** Bundles of what pages cannot load as it lies, and of what Node cannot. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

function bundle(name, contents, node) {
  const outfile = join(here, '../../build/bench', `${name}.${node ? 'cjs' : 'mjs'}`);
  mkdirSync(dirname(outfile), { recursive: true });
  buildSync({
    stdin: { contents, resolveDir: here }, bundle: true, platform: node ? 'node' : 'browser', mainFields: node ? ['module', 'main'] : ['browser', 'module', 'main'],
    format: node ? 'cjs' : 'esm', outfile, logLevel: 'silent',
  });
  return outfile;
}

/** TensorFlow.js, whose gradients ship as ES modules that Node does not load as such: { tf, backend }. kind: wasm or cpu. Gives the path. */
export const bundleTfjs = (kind, node) => bundle(`tfjs-${kind}`, `
  export * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
  import '@tensorflow/tfjs-core/dist/register_all_gradients';
  export * as backend from '@tensorflow/tfjs-backend-${kind}';`, node);

/** The models of the bench with the library that writes them, for pages. */
export const bundleOnnx = () => bundle('onnx', "export { build, names } from './onnx/works.mjs';", false);
