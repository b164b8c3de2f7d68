// The bundles of dist/: what is loaded at once, once for each backend (two instances, each with its own classes), the kit, of which the namespaces in
// `apart` have files of their own, the comforts, which stand on the kit, and the command.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

import esbuild from 'esbuild';
import { bundleWeb, webTwins } from './web.mjs';

/* torsh of a page's worker is the bundle beside it, for it and whatever else is loaded there. */
const besideWeb = { name: 'beside-web', setup(build) { build.onResolve({ filter: /\/entry\/web$/ }, () => ({ path: './web.mjs', external: true })); } };

/** Namespaces that lib/kit.node.ts reads one by one, and where they are in lib/. */
const apart = { distributions: 'distributions' };
const later = ['kit', 'comforts', ...Object.keys(apart)].map((name) => `./${name}.cjs`);

const moduleName = (file) => file.replace(/^lib\/|(\/index|\.node)?\.ts$/g, '');

async function metafileOf(root, entryPoints, options) {
  const { metafile } = await esbuild.build({
    entryPoints, bundle: true, platform: 'node', write: false, metafile: true, absWorkingDir: root, logLevel: 'error', external: later, ...options,
  });
  return metafile;
}

/** The names that modules of lib/ export, by module. */
async function exportsOf(root, files) {
  const { outputs } = await metafileOf(root, files, { format: 'esm', splitting: true, outdir: 'out' });
  return Object.fromEntries(Object.values(outputs).filter((o) => o.entryPoint).map((o) => [moduleName(o.entryPoint), o.exports]));
}

/** In the bundle of the kit (or of what stands on it), a module that has been loaded before is the one of the instance that reads it. */
function sharedCore(root, loaded, names) {
  const setup = (build) => {
    build.onResolve({ filter: /^\.\.?\// }, async (args) => {
      if (args.pluginData === 'plain') return undefined;
      const found = await build.resolve(args.path, { resolveDir: args.resolveDir, kind: args.kind, pluginData: 'plain' });
      const file = relative(root, found.path);
      if (!loaded.has(file)) return found;
      if (!names[moduleName(file)]) return { errors: [{ text: `${relative(root, args.importer)} imports ${file}, which is loaded before it: list it in lib/core.ts or lib/kit-core.ts` }] };
      return { path: moduleName(file), namespace: 'core' };
    });
    build.onLoad({ filter: /.*/, namespace: 'core' }, ({ path }) => ({
      contents: `const { ${names[path].map((n, i) => `${n}: $${i}`).join(', ')} } = torshCore[${JSON.stringify(path)}];\n`
        + `export { ${names[path].map((n, i) => `$${i} as ${n}`).join(', ')} };`,
    }));
  };
  return { name: 'shared-core', setup };
}

/** In the core's bundle, what it hands to the kit is gathered when the kit is read: objects for whole modules would be made at every start. */
function coreOnDemand(root, names) {
  const setup = (build) => build.onLoad({ filter: /\/lib\/core\.ts$/ }, ({ path }) => {
    const modules = Object.entries(names);
    return {
      resolveDir: dirname(path), loader: 'ts',
      contents: modules.map(([name], i) => `import * as m${i} from './${name}';`).join('\n')
        + `\nexport const core = () => ({ ${modules.map(([name, list], i) => `${JSON.stringify(name)}: { ${list.map((n) => `${n}: m${i}.${n}`).join(', ')} }`).join(', ')} });`,
    };
  });
  return { name: 'core-on-demand', setup };
}

/** The bundle for pages, in memory. */
export const pageBundle = (root) => esbuild.build({
  bundle: true, target: 'es2022', logLevel: 'error', absWorkingDir: root, entryPoints: ['lib/entry/web.ts'], platform: 'browser', format: 'esm', plugins: [webTwins], write: false,
});

/** The command `torsh`: one file, which starts sooner, and the digits that it trains on. */
async function command(root, common) {
  await esbuild.build({ ...common, entryPoints: ['cli/main.mjs'], outfile: 'dist/cli.mjs', platform: 'node', format: 'esm', external: ['torsh'] });
  copyFileSync(join(root, 'examples/data/digits.csv.gz'), join(root, 'dist/digits.csv.gz'));
}

/** Addresses known only at run time are no bundler's business. The sources say so in comments, which go with the white space. */
function markImports(path) {
  const source = readFileSync(path, 'utf8'), marked = source.replace(/\bimport\((\w+)\)/g, 'import(/* webpackIgnore: true *//* @vite-ignore */$1)');
  if (marked === source) throw new Error(`${path} imports nothing by address any more: take it off the list in tools/build/bundle.mjs`);
  writeFileSync(path, marked);
}

/** Writes the bundles; throws what esbuild has to say against them. */
export async function bundle(root) {
  /* Without white space, which every start would read, and every installation load. */
  const common = { bundle: true, target: 'es2022', logLevel: 'error', absWorkingDir: root, legalComments: 'none', minifyWhitespace: true };
  const loaded = new Set(Object.keys((await metafileOf(root, ['lib/entry/native.ts', 'lib/entry/wasm.ts'], { outdir: 'out' })).inputs));
  const ofKitFiles = (await metafileOf(root, ['lib/kit.ts'])).inputs;
  const core = (await metafileOf(root, ['lib/core.ts'])).inputs['lib/core.ts'].imports.map((i) => i.path), kitCore = ofKitFiles['lib/kit-core.ts'].imports.map((i) => i.path);
  const spacesOf = (name) => [...readFileSync(join(root, `lib/${name}.ts`), 'utf8').matchAll(/export \* as (\w+) from '\.\/([\w/-]+)'/g)].map(([, ...pair]) => pair);
  const spaces = [...spacesOf('kit'), ...spacesOf('comforts'), ...Object.entries(apart)];
  const file = (path) => [`lib/${path}.ts`, `lib/${path}/index.ts`].find((f) => existsSync(join(root, f)));
  const [ofCore, ofKitCore, ofKit, comforts] = await Promise.all([
    exportsOf(root, core), exportsOf(root, kitCore), exportsOf(root, spaces.map(([, path]) => file(path))), exportsOf(root, ['lib/comforts.ts'])]);
  const kitNames = Object.fromEntries(spaces.map(([name, path]) => [name, ofKit[moduleName(file(path))]]));
  await Promise.all([
    /* Lines end now and then: Node shows the whole line that threw an error before it shows the error. */
    ...['native', 'wasm', 'torsh.node'].map((name) => esbuild.build({
      ...common, lineLimit: 400, entryPoints: [`lib/entry/${name}.ts`], outfile: `dist/${name.replace('.node', '')}.cjs`, platform: 'node', format: 'cjs',
      footer: { js: 'module.exports = module.exports.default;' }, external: ['./native.cjs', './wasm.cjs', ...later], plugins: [coreOnDemand(root, ofCore)], define: { KIT_NAMES: JSON.stringify(kitNames), COMFORTS: JSON.stringify(comforts.comforts) },
    })),
    /* A function of the instance that reads it: of its modules, and of the file that its workers run. In parentheses, so that it is compiled once. */
    ...[['kit', 'kit'], ['comforts', 'comforts'], ...Object.entries(apart)].map(([name, path]) => esbuild.build({
      ...common, keepNames: true, entryPoints: [file(path)], outfile: `dist/${name}.cjs`, platform: 'node', format: 'cjs',
      plugins: [name === 'comforts' ? sharedCore(root, new Set([...loaded, ...Object.keys(ofKitFiles)]), { ...ofKitCore, ...ofCore }) : sharedCore(root, loaded, ofCore)],
      banner: { js: 'module.exports = (function (torshCore, __filename, __dirname) { const module = {};' }, footer: { js: 'return module.exports; });' },
    })),
    command(root, common),
    bundleWeb(root),
    ...[['worker/index', 'worker'], ['worker/thread.node', 'worker-thread']].map(([entry, name]) => esbuild.build({ ...common, entryPoints: [`lib/${entry}.ts`], outfile: `dist/${name}.cjs`, platform: 'node', format: 'cjs' })),
    ...[['worker/index', 'worker.web'], ['worker/thread.web', 'worker-thread']].map(([entry, name]) => esbuild.build({ ...common, entryPoints: [`lib/${entry}.ts`], outfile: `dist/${name}.mjs`, platform: 'browser', format: 'esm', plugins: [besideWeb, webTwins] })),
  ]);
  for (const name of ['kit.cjs', 'worker.cjs', 'worker-thread.cjs', 'worker.web.mjs', 'worker-thread.mjs']) markImports(join(root, 'dist', name));
}
