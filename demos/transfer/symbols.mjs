/** Symbols to begin with, as lines through points from 0 to 1, and drawings of them as an unsteady hand makes them. */

const around = (n, point) => Array.from({ length: n + 1 }, (_, i) => point((2 * Math.PI * i) / n));

export const symbols = {
  '♥': [around(28, (t) => [0.5 + 0.36 * Math.sin(t) ** 3, 0.46 - 0.025 * (13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t))])],
  '★': [around(5, (t) => [0.5 + 0.4 * Math.sin(2 * t), 0.5 - 0.4 * Math.cos(2 * t)])],
  '▲': [around(3, (t) => [0.5 + 0.4 * Math.sin(t), 0.55 - 0.4 * Math.cos(t)])],
};

/** Lines of one drawing: turned, stretched and shaken a little. */
export function sketch(lines) {
  const shake = (by) => (Math.random() - 0.5) * 2 * by, turn = shake(0.22), [wide, high, skew] = [1 + shake(0.18), 1 + shake(0.18), shake(0.12)];
  return lines.map((points) => points.map(([x, y]) => {
    const [u, v] = [(x - 0.5) * wide + skew * (y - 0.5), (y - 0.5) * high];
    return [0.5 + u * Math.cos(turn) - v * Math.sin(turn) + shake(0.015), 0.5 + u * Math.sin(turn) + v * Math.cos(turn) + shake(0.015)];
  }));
}
