import { backend, json as jsonOption, positive, threads as threadsOption } from './arguments.mjs';
import { bold, json, table } from './text.mjs';

/** Rows: { name, unit, make(torsh) }. What make() gives is run() and, for a rate, its amount of work (operations, bytes), else the number of calls that it is. */
const product = (n) => ({
  name: `product of two [${n}, ${n}]`, unit: 'GFLOP/s',
  make(torsh) {
    const [a, b] = [torsh.rand(n, n), torsh.rand(n, n)];
    return { run: () => torsh.matmul(a, b).dispose(), amount: 2 * n ** 3 };
  },
});
const elementwise = (name, n, moved, call) => ({
  name, unit: 'GB/s',
  make(torsh) {
    const [a, b] = [torsh.rand(n), torsh.rand(n)];
    return { run: () => call(torsh, a, b).dispose(), amount: 4 * n * moved };
  },
});

/** One step of training: forward, backward, optimizer. */
function step(torsh, model, input, classes) {
  const { nn, optim } = torsh;
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
  const labels = torsh.randint(0, classes, [input.shape[0]]);
  return () => {
    torsh.tidy(() => {
      optimizer.zeroGrad();
      nn.functional.crossEntropy(model(input), labels).backward();
      optimizer.step();
    });
  };
}

const ROWS = [
  product(256),
  product(1024),
  elementwise('sum of two [4,000,000]', 4e6, 3, (torsh, a, b) => torsh.add(a, b)),
  elementwise('exp of [4,000,000]', 4e6, 2, (torsh, a) => torsh.exp(a)),
  elementwise('mean of [4,000,000]', 4e6, 1, (torsh, a) => torsh.mean(a)),
  {
    name: 'one call on [4]', unit: 'µs',
    make(torsh) {
      const [a, b] = [torsh.rand(4), torsh.rand(4)];
      return { run: () => { for (let i = 0; i < 100; i++) torsh.add(a, b).dispose(); }, calls: 100 };
    },
  },
  {
    name: 'training step, MLP 784-256-10, batch 64', unit: 'ms',
    make(torsh) {
      const { nn } = torsh;
      return { run: step(torsh, new nn.Sequential(new nn.Linear(784, 256), new nn.ReLU(), new nn.Linear(256, 10)), torsh.rand(64, 784), 10), calls: 1 };
    },
  },
  {
    name: 'training step, CNN on [64, 1, 28, 28]', unit: 'ms',
    make(torsh) {
      const { nn } = torsh;
      const model = new nn.Sequential(
        new nn.Conv2d(1, 16, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Conv2d(16, 32, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2),
        new nn.Flatten(), new nn.Linear(32 * 49, 10));
      return { run: step(torsh, model, torsh.rand(64, 1, 28, 28), 10), calls: 1 };
    },
  },
];

/** The median time of a call in seconds, over as many as fit into the time given (three at least). */
function time(run, seconds) {
  run();
  const times = [], end = performance.now() + 1000 * seconds;
  while (times.length < 3 || performance.now() < end) {
    const begin = performance.now();
    run();
    times.push((performance.now() - begin) / 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const SCALE = { 'GFLOP/s': 1e9, 'GB/s': 1e9 };
const PER = { 'µs': 1e6, ms: 1e3 };

function measure({ unit, make }, torsh, seconds) {
  const { run, amount, calls } = make(torsh), median = time(run, seconds);
  return SCALE[unit] ? amount / median / SCALE[unit] : (median / calls) * PER[unit];
}

export const bench = {
  about: 'how fast torsh is here: products, memory, calls, training steps',
  line: '',
  operands: [0, 0, ''],
  options: {
    backend,
    seconds: positive('of measuring for each row', 0.3),
    threads: threadsOption('threads that an op may use (default: all of the backend)'),
    json: jsonOption,
  },
  run({ seconds, threads, json: machine }, _operands, loadTorsh) {
    const torsh = loadTorsh();
    if (threads !== null) torsh.setNumThreads(threads);
    const { name, threads: used, blas, simd } = torsh.backend;
    if (!machine) console.log(`${bold(name)}: ${used} ${used === 1 ? 'thread' : 'threads'}, products by ${blas}, instruction set ${simd}; medians`);
    torsh.manualSeed(0);
    const rows = ROWS.map((row) => ({ name: row.name, value: measure(row, torsh, seconds), unit: row.unit }));
    if (machine) console.log(json({ backend: { name, threads: used, blas, simd }, rows }));
    else console.log(table([['what', '', ''], ...rows.map(({ name: what, value, unit }) => [what, value >= 100 ? value.toFixed(0) : value.toPrecision(3), unit])], { right: [1] }));
  },
};
