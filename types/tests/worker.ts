/** Uses of torsh/worker that must compile, and some that must not. */
import { createWorker, type JobContext, type RemoteTensor, type TensorData, transfer } from 'torsh/worker';

const worker = await createWorker({ module: new URL('./training.mjs', import.meta.url), seed: 1 });
const { torsh } = worker;
const x: RemoteTensor = await torsh.ones(2, 3);
const shape: number[] = x.shape;
const item: number | bigint | boolean | unknown = await x.matmul(x.t()).sum().item();
const model = new torsh.nn.Linear(3, 1);
const y: RemoteTensor = await model(x);
const optimizer = new torsh.optim.Adam(model.parameters(), { lr: 0.1 });
await worker.tidy(() => {
  optimizer.zeroGrad();
  torsh.nn.functional.mseLoss(model(x), y).backward();
  optimizer.step();
});
const data: TensorData = await worker.get(x);
const n: number = await worker.run((k: number, job: JobContext) => job.torsh.ones(k).ndim, 3);
const job = worker.run<{ loss: number }>('train', transfer(new Float32Array(3)), { onProgress: ({ step }) => console.log(step) });
job.pause();
const loss: number = (await job).loss;
const handles: number = (await worker.memory()).handles;
// @ts-expect-error no such option
await createWorker({ modul: 'x' });
// @ts-expect-error no such op
torsh.onez(3);

export { shape, item, y, data, n, loss, handles };
