/**
 * The rows of `npm run bench`. A timed row: work and its parameters for the peers, and goals: [torsh backend, peer, most
 * that torsh's time may be as a multiple of the peer's, what lies beyond that].
 */
const matmul = (n, goals) => ({ name: `matmul ${n}`, group: 'matmul', work: 'matmul', n, ms: n > 1024 ? 600 : 250, goals });

/**
 * A step over a million parameters. touched: numbers read for each of them (itself, its gradient, its state), moved: those
 * and the ones written; the limit is what a triad over as much memory takes, by bytes moved.
 */
const step = (optimizer, touched, moved, options = {}) => ({
  name: `step of ${optimizer}${Object.keys(options).map((o) => `, ${o}`).join('')} [10^6]`, group: 'optim', work: 'step', optimizer, options, n: 1e6, touched, moved,
  goals: [['native', 'limits', 1.5], ['native', 'pytorch', 1], ['native', 'pytorch-foreach', 1]],
});

export const timed = [
  { name: 'add of two [4]', group: 'small', work: 'add', n: 4, goals: [['native', 'pytorch', 1], ['wasm', 'pytorch', 1]] },
  { name: 'ten small ops forward + backward', group: 'small', work: 'chain', n: 16, goals: [['native', 'pytorch', 0.5], ['wasm', 'pytorch', 0.5]] },
  matmul(64, [['native', 'limits', 1.05]]),
  matmul(128, [['native', 'limits', 1.05]]),
  matmul(256, [['native', 'limits', 1.05], ['wasm', 'tfjs-wasm', 0.8]]),
  matmul(512, [['native', 'limits', 1.05], ['wasm', 'tfjs-wasm', 0.8]]),
  matmul(1024, [['native', 'limits', 1.05], ['wasm', 'tfjs-wasm', 0.8]]),
  matmul(2048, [['native', 'limits', 1.05]]),
  { name: 'add of two [10^7], warm memory', group: 'large', work: 'add', n: 1e7, goals: [['native', 'limits', 1.3], ['wasm', 'limits', 1.3]] },
  { name: 'small MLP mapped over 1000 samples', group: 'vmap', work: 'mapped', n: 1000, derivative: false, goals: [['native', 'pytorch', 2]] },
  { name: 'gradients for each of 1000 samples of a small MLP', group: 'vmap', work: 'mapped', n: 1000, derivative: true, goals: [['native', 'pytorch', 1.2]] },
  step('SGD', 2, 3),
  step('SGD', 3, 5, { momentum: 0.9 }),
  step('Adam', 4, 7),
  step('Adam', 5, 9, { amsgrad: true }),
  step('AdamW', 4, 7),
  step('Adamax', 4, 7),
  step('NAdam', 4, 7),
  step('RAdam', 4, 7),
  step('SparseAdam', 4, 7),
  step('RMSprop', 3, 5),
  step('RMSprop', 5, 9, { momentum: 0.9, centered: true }),
  step('Adagrad', 3, 5),
  step('Adadelta', 4, 7),
  step('ASGD', 3, 5, { t0: 0 }),
  step('Rprop', 4, 7),
  step('Lion', 3, 5),
  step('FTRL', 4, 7),
  step('LAMB', 4, 10),
];

/** Peers that a group leaves out because they say nothing or would take minutes there. */
const usual = ['pytorch-foreach'];
export const leftOut = {
  small: ['limits', ...usual], large: ['js-pytorch', 'tfjs-cpu', ...usual], matmul: ['tfjs-cpu', ...usual], vmap: ['limits', 'js-pytorch', 'tfjs-cpu', 'tfjs-wasm', 'jax-js', ...usual], optim: ['js-pytorch', 'tfjs-cpu', 'tfjs-wasm', 'jax-js'],
};
