/** Matrix products. */
import { beat } from './goals.mjs';

const row = (name, request, goals, more = {}) => ({ name, group: 'matmul', work: 'matmul', ...request, goals, ...more });
const square = (n, request = {}) => ({ m: n, k: n, n, ...request });
const nearBlas = [['native', 'limits', 1.05]];

export const products = [
  row('matmul 64', square(64), [...beat(0.85, 0.6), ...nearBlas]),
  row('matmul 128', square(128), nearBlas, { quick: false }),
  row('matmul 256', square(256), [...beat(1, 0.8), ...nearBlas]),
  row('matmul 512', square(512), [...beat(1, 0.8), ...nearBlas], { quick: false }),
  row('matmul 1024', square(1024), [...beat(1, 0.8), ...nearBlas]),
  row('matmul 2048', square(2048), [...beat(1, 0.8), ...nearBlas], { quick: false }),
  row('matmul of 32 pairs of 128', square(128, { batch: [32] }), beat(1, 0.8)),
  row('matmul of 512 pairs of 16', square(16, { batch: [512] }), beat(1, 0.8), { quick: false }),
  row('matmul 1024, first transposed', square(1024, { transposed: 'a' }), [...beat(1, 0.8), ...nearBlas], { quick: false }),
  row('matmul 1024, second transposed', square(1024, { transposed: 'b' }), [...beat(1, 0.8), ...nearBlas], { quick: false }),
  row('matmul 512, float64', square(512, { dtype: 'float64' }), [...beat(1, null), ...nearBlas]),
  row('matmul of a row, [1, 1024] x [1024, 1024]', { m: 1, k: 1024, n: 1024 }, beat(1, 0.8), { quick: false }),
];
