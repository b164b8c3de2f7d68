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
      import(workerDataset.module).then(({ Images }) => {
        const time = (numWorkers) => {
          const loader = new torsh.utils.data.DataLoader(new Images('BACKEND', 512), { batchSize: 32, numWorkers, workerDataset, persistentWorkers: numWorkers > 0 });
          const seconds = [0, 1].map(() => {
            const t0 = process.hrtime.bigint();
            for (const [x, y] of loader) { x.dispose(); y.dispose(); }
            return Number(process.hrtime.bigint() - t0);
          });
          loader.dispose();
          return seconds[1] / 1e6;
        };
        const rounds = [0, 1, 2].map(() => ({ none: time(0), two: time(2) }));
        const best = (name) => Math.min(...rounds.map((r) => r[name]));
        console.log(JSON.stringify({ none: best('none'), two: best('two') }));
      });`.replaceAll('BACKEND', backend), env);
    values[`${backend}, 2 workers`] = two;
    values[`${backend}, none`] = none;
  }
  return { name: 'DataLoader, 512 images to transform, a thread each', group: 'data', unit: 'ms', values, goals: ['native', 'wasm'].map((b) => [`${b}, 2 workers`, `${b}, none`, 1 / 1.6]) };
}
