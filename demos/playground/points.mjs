/** Points of the plane, from -6 to 6, of two kinds: { x: Float32Array of pairs, y: Float32Array of 0 and 1 }. */

export const REACH = 6;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const around = (r, angle) => [r * Math.cos(angle), r * Math.sin(angle)];

/** Each gives the place of point i of n, of kind k; u() is random. */
const shapes = {
  circle: (k, i, n, u) => around(k === 1 ? 2.2 * Math.sqrt(u()) : 3.6 + 1.6 * u(), 2 * Math.PI * u()),
  squares: (k, i, n, u) => {
    const [x, y] = [0.4 + 4.8 * u(), 0.4 + 4.8 * u()], side = u() < 0.5 ? 1 : -1;
    return [side * x, (k === 1 ? side : -side) * y];
  },
  moons: (k, i, n, u) => {
    const angle = Math.PI * u(), [x, y] = around(3.4, angle);
    return k === 1 ? [x - 1.6, y - 1] : [1.6 - x, 1 - y];
  },
  clouds: (k, i, n, u) => {
    const [dx, dy] = around(1.9 * Math.sqrt(u()), 2 * Math.PI * u());
    return k === 1 ? [2.3 + dx, 2.3 + dy] : [-2.3 + dx, -2.3 + dy];
  },
  spiral: (k, i, n) => around(0.4 + (5 * i) / n, 1.75 * (i / n) * 2 * Math.PI + k * Math.PI),
};
export const names = Object.keys(shapes);

/** `count` points of a set, half of each kind; noise from 0 to 0.5. */
export function points(name, { count = 300, noise = 0.1, seed = 1 } = {}) {
  const u = random(seed), x = new Float32Array(2 * count), y = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const kind = i % 2, at = shapes[name](kind, i, count, u), [dx, dy] = around(Math.sqrt(-2 * Math.log(1 - u())) * noise * 2.2, 2 * Math.PI * u());
    x.set([at[0] + dx, at[1] + dy], 2 * i);
    y[i] = kind;
  }
  return { x, y };
}
