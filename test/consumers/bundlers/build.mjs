// node build.mjs BUNDLER ENTRY: bundles page/ENTRY.js (and index.html) of the current folder into out/, as a project without configuration would.
import { cpSync } from 'node:fs';
import { resolve } from 'node:path';

const [bundler, entry] = process.argv.slice(2), file = resolve(`${entry}.js`), out = resolve('out');

const builders = {
  async vite() {
    const { build } = await import('vite');
    await build({ logLevel: 'warn', build: { outDir: out, rolldownOptions: entry === 'main' ? {} : { input: file, output: { entryFileNames: `${entry}.js` } } } });
  },
  async webpack() {
    const { default: webpack } = await import('webpack');
    const stats = await new Promise((done, fail) => {
      webpack({ mode: 'production', entry: { [entry]: file }, output: { path: out, filename: '[name].js' } }, (error, result) => (error ? fail(error) : done(result)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
  },
  async rollup() {
    const { rollup } = await import('rollup'), { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const input = { [entry]: file, ...(entry === 'main' ? { worker: resolve('worker.js') } : {}) };
    const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ dir: out, format: 'es' });
  },
  async esbuild() {
    const { build } = await import('esbuild');
    const entryPoints = [file, ...(entry === 'main' ? [resolve('worker.js')] : [])];
    await build({ entryPoints, bundle: true, splitting: true, format: 'esm', minify: true, outdir: out, logLevel: 'warning' });
  },
};
await builders[bundler]();
if (bundler !== 'vite' && entry === 'main') cpSync('index.html', 'out/index.html');
