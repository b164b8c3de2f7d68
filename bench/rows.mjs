/**
 * The rows of `npm run bench`. A timed row: work and its parameters for the peers, and goals: [torsh backend, peer, most
 * that torsh's time may be as a multiple of the peer's, what lies beyond that].
 */
const matmul = (n, goals) => ({ name: `matmul ${n}`, group: 'matmul', work: 'matmul', n, ms: n > 1024 ? 600 : 250, goals });

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
];

/** Peers that a group leaves out because they say nothing or would take minutes there. */
export const leftOut = { small: ['limits'], large: ['js-pytorch', 'tfjs-cpu'], matmul: ['tfjs-cpu'] };
