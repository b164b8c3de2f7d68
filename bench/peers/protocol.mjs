/**
 * What a peer's process speaks: a JSON request a line on stdin ({ id, work, ms, ...parameters }), a JSON answer a line on
 * stdout ({ id, us } microseconds a call, the median over batches; or { id, missing } or { id, error }).
 */
import { createInterface } from 'node:readline';

const now = () => Number(process.hrtime.bigint()) / 1e3;
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

/** Microseconds a call of f: batches of at least 5 ms for `ms` milliseconds; macrotasks between them, for collectors. */
async function time(f, ms) {
  for (let i = 0; i < 3; i++) await f();
  let batch = 1;
  const runBatch = async () => {
    const t0 = now();
    let last;
    for (let i = 0; i < batch; i++) last = f();
    if (last && typeof last.then === 'function') await last;
    return now() - t0;
  };
  for (let t = await runBatch(); t < 5000 && batch < 1e6; t = await runBatch()) batch = Math.ceil(batch * Math.min(8, Math.max(1.5, 6000 / Math.max(t, 1))));
  const end = now() + ms * 1e3;
  const samples = [];
  do {
    samples.push((await runBatch()) / batch);
    await new Promise((resolve) => setTimeout(resolve, 0));
  } while (now() < end || samples.length < 3);
  return median(samples);
}

/** works: { name: (parameters) => function to time, or undefined when this peer cannot do it }. */
export function serve(works) {
  const lines = createInterface({ input: process.stdin });
  let chain = Promise.resolve();
  const answer = (reply) => process.stdout.write(`${JSON.stringify(reply)}\n`);
  lines.on('line', (line) => {
    chain = chain.then(async () => {
      const { id, work, ms, ...parameters } = JSON.parse(line);
      try {
        const f = works[work]?.(parameters);
        answer(f ? { id, us: await time(f, ms) } : { id, missing: true });
      } catch (error) {
        answer({ id, error: String(error?.message ?? error) });
      }
    });
  });
  lines.on('close', () => chain.then(() => process.exit(0)));
  answer({ ready: true });
}
