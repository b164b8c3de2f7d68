/** The DataLoader's workers. */
import { join } from 'node:path';
import { dist, here, json } from './process.mjs';

/** A pass over images that have to be transformed, in batches that the main thread takes as fast as they come. */
export function loader(env) {
  const values = {};
  for (const backend of ['native', 'wasm']) {
    const { none, two } = json(`
      const torsh = require(${JSON.stringify(join(dist, 'BACKEND.cjs'))});
      torsh.setNumThreads(1); // as workers do
      const workerDataset = { module: ${JSON.stringify(join(here, 'images.mjs'))}, export: 'Images', args: ['BACKEND', 512] };
      const breathe = () => new Promise((resolve) => setTimeout(resolve, 20)); // collectors tell of what has died between passes
      import(workerDataset.module).then(async ({ Images }) => {
        const time = async (numWorkers) => {
          const loader = new torsh.utils.data.DataLoader(new Images('BACKEND', 512), { batchSize: 32, numWorkers, workerDataset, persistentWorkers: numWorkers > 0 });
          let ns;
          for (let pass = 0; pass < 2; pass++) {
            await breathe();
            const t0 = process.hrtime.bigint();
            for (const [x, y] of loader) { x.dispose(); y.dispose(); }
            ns = Number(process.hrtime.bigint() - t0);
          }
          loader.dispose();
          return ns / 1e6;
        };
        const rounds = [];
        for (let round = 0; round < 3; round++) rounds.push({ none: await time(0), two: await time(2) });
        const best = (name) => Math.min(...rounds.map((r) => r[name]));
        console.log(JSON.stringify({ none: best('none'), two: best('two') }));
      });`.replaceAll('BACKEND', backend), env);
    values[`${backend}, 2 workers`] = two;
    values[`${backend}, none`] = none;
  }
  return { name: 'DataLoader, 512 images to transform, a thread each', group: 'data', unit: 'ms', values, goals: ['native', 'wasm'].map((b) => [`${b}, 2 workers`, `${b}, none`, 1 / 1.6]) };
}
