/** Optimizers, and functions of one sample mapped over many. */

/**
 * A step over a million parameters. touched: numbers read for each of them (itself, its gradient, its state), moved: those
 * and the ones written; the limit is what a triad over as much memory takes, by bytes moved.
 */
const step = (optimizer, touched, moved, options = {}) => ({
  name: `step of ${optimizer}${Object.keys(options).map((o) => `, ${o}`).join('')} [10^6]`, group: 'optim', work: 'optimizer', optimizer, options, n: 1e6, touched, moved,
  goals: [['native', 'limits', 1.5], ['native', ['pytorch', 'pytorch-foreach'], 1]], quick: optimizer === 'Adam',
});

export const optimizers = [
  step('SGD', 2, 3), step('SGD', 3, 5, { momentum: 0.9 }), step('Adam', 4, 7), step('Adam', 5, 9, { amsgrad: true }), step('AdamW', 4, 7), step('Adamax', 4, 7), step('NAdam', 4, 7),
  step('RAdam', 4, 7), step('SparseAdam', 4, 7), step('RMSprop', 3, 5), step('RMSprop', 5, 9, { momentum: 0.9, centered: true }), step('Adagrad', 3, 5), step('Adadelta', 4, 7),
  step('ASGD', 3, 5, { t0: 0 }), step('Rprop', 4, 7), step('Lion', 3, 5), step('FTRL', 4, 7), step('LAMB', 4, 10),
];

export const mapped = [
  { name: 'small MLP mapped over 1000 samples', group: 'vmap', work: 'mapped', n: 1000, derivative: false, goals: [['native', 'pytorch', 2]] },
  { name: 'gradients for each of 1000 samples of a small MLP', group: 'vmap', work: 'mapped', n: 1000, derivative: true, goals: [['native', 'pytorch', 1.2]], quick: false },
];
