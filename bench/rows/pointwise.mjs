/** Small ops, and ops on each element. */
import { beat } from './goals.mjs';

const power = (n) => `10^${Math.log10(n)}`;
const SIZES = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

/** Goals begin at 10^4: below that a call's own time is measured, which the small rows judge. */
function goals(op, n) {
  if (n < 1e4) return [];
  if (!['add', 'mul', 'relu'].includes(op)) return beat(0.7, 0.3);
  return n < 1e7 ? beat(0.9, 0.9) : [...beat(0.3, 1), ...(op === 'add' ? [['native', 'limits', 1.3], ['wasm', 'limits', 1.3]] : [])];
}

const elementwise = ['add', 'mul', 'relu', 'exp', 'tanh', 'gelu', 'sigmoid'].flatMap((op) => SIZES.map((n) => ({
  name: `${op} [${power(n)}]`, group: 'elementwise', work: 'elementwise', op, n, goals: goals(op, n), ms: 100, quick: (n === 1e4 || n === 1e6) && op !== 'mul' && op !== 'sigmoid',
})));

const broadcast = ['row', 'column', 'transposed'].map((layout) => ({
  name: `add of [1024, 1024] and a ${layout === 'transposed' ? 'transposed one' : layout}`, group: 'broadcast', work: 'broadcast', layout, n: 1024, goals: beat(0.9, 0.9),
}));

const small = [
  { name: 'add of two [4]', group: 'small', work: 'add', n: 4, goals: [...beat(0.5, 0.4), ['native', 'pytorch', 1], ['wasm', 'pytorch', 1]] },
  { name: 'ten small ops', group: 'small', work: 'chain', n: 16, backward: false, variants: ['compiled'], goals: beat(0.5, 0.4) },
  { name: 'ten small ops, forward + backward', group: 'small', work: 'chain', n: 16, backward: true, variants: ['compiled'], goals: [...beat(0.5, 0.4), ['wasm', 'pytorch', 0.5]] },
];

export const pointwise = [...small, ...elementwise, ...broadcast];
