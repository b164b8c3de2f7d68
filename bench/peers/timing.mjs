/** How a peer of JavaScript times one of its works, in Node and in pages. A work: { run, result } (see peers/protocol.mjs). */
const now = () => performance.now() * 1e3;
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

/** One call that takes longer than this is enough, us; it is the second, since the first may compile. Beyond HOPELESS it is the first. */
const SLOW = 1.5e6, HOPELESS = 3e7;
/** Batches last at least this long, us: clocks of pages step by 5 us. */
const BATCH = 2000;

/** A macrotask, in which collectors work. Node tells finalizers between turns of its loop, and takes up to a thousand messages in one turn: there it is an immediate. */
const channel = new MessageChannel();
channel.port1.unref?.();
const breathe = typeof setImmediate === 'function' ? () => new Promise((resolve) => { setImmediate(resolve); }) : () => new Promise((resolve) => {
  channel.port1.onmessage = () => { resolve(); };
  channel.port2.postMessage(null);
});

async function runBatch(run, batch) {
  const t0 = now();
  let last;
  for (let i = 0; i < batch; i++) {
    last = run();
    if (last instanceof Promise) await last;
  }
  return now() - t0;
}

/**
 * What is known about a work after its first calls: how many calls make a batch, or that one call is all that there is time for. A batch lasts long enough when
 * it does so twice: one collection of garbage on the way must not leave the work with batches of a few calls, which time what waking up costs.
 */
async function prepare(work) {
  const first = await runBatch(work.run, 1);
  if (first > HOPELESS) return { us: first, once: true };
  const second = await runBatch(work.run, 1);
  if (second > SLOW) return { us: second, once: true };
  let batch = 1;
  /* What is compiled may be recorded twice and made ready by the third call. */
  for (let t = await runBatch(work.run, 1); t < BATCH && batch < 1e6; t = Math.min(await runBatch(work.run, batch), await runBatch(work.run, batch))) {
    batch = Math.ceil(batch * Math.min(8, Math.max(1.5, (1.2 * BATCH) / Math.max(t, 1))));
  }
  return { batch };
}

/** Microseconds a call: the median over batches during `ms` milliseconds. */
export async function time(work, ms) {
  work.known ??= await prepare(work);
  if (work.known.once) return work.known;
  const { batch } = work.known, end = now() + ms * 1e3, samples = [];
  do {
    samples.push((await runBatch(work.run, batch)) / batch);
    await breathe();
  } while (now() < end);
  return { us: median(samples) };
}

/** What two results have in common only when they are the same: how many numbers there are, their sum, the root of their mean square, and a sum that depends on their order. */
const CYCLE = 8191;
export function digest(arrays) {
  let n = 0, sum = 0, squares = 0, mixed = 0;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++, n++) {
      const v = Number(values[i]);
      sum += v;
      squares += v * v;
      mixed += v * ((n % CYCLE) / CYCLE - 0.5);
    }
  }
  return [n, sum, Math.sqrt(squares / n), mixed];
}

/**
 * Answers requests one after the other. The work that was asked for last is kept, with its variants, so that their inputs are made once for all rounds.
 * works: { name: (parameters) => { run, result }, or undefined where this peer cannot do it }.
 */
export function answerer(works) {
  let row = null;
  const kept = new Map();
  const drop = () => {
    for (const work of kept.values()) work.free?.();
    kept.clear();
    row = null;
  };
  let chain = Promise.resolve();
  const answer = async ({ id, work: name, ms, check = false, calls, ...parameters }) => {
    try {
      const { variant, ...rest } = parameters, asked = JSON.stringify([name, rest]);
      if (asked !== row) {
        drop();
        globalThis.gc?.();
        await breathe(); // finalizers
        row = asked;
      }
      const work = kept.get(variant) ?? await works[name]?.(parameters);
      if (!work) return { id, missing: true };
      kept.set(variant, work);
      const checked = check && work.result ? { digest: digest(await work.result()) } : {};
      const times = calls ? { us: (await runBatch(work.run, calls)) / calls } : await time(work, ms);
      return { id, ...checked, ...times, ...work.note?.() };
    } catch (error) {
      drop();
      return { id, error: String(error?.message ?? error).slice(0, 300) };
    }
  };
  return (request) => (chain = chain.then(() => answer(request)));
}
