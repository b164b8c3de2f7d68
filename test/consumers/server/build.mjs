// node build.mjs [external]: bundles app.js for Node, as Next.js does for its server: torsh within, or as a package that is required.
import { resolve } from 'node:path';
import webpack from 'webpack';

const externals = process.argv[2] === 'external' ? [{ torsh: 'commonjs torsh' }] : [];
const stats = await new Promise((done, fail) => {
  webpack({ mode: 'production', target: 'node18', optimization: { minimize: false }, entry: resolve('app.js'), externals, output: { path: resolve('out'), filename: 'app.cjs' } }, (error, result) => (error ? fail(error) : done(result)));
});
if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
