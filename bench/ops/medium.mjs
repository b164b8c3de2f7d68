/**
 * A sample of a row of the op table at a medium size: dims grow together until the largest tensor has about half a million
 * elements, or less where an op takes long or wants its dims small. What fits is found by trying.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const ELEMENTS = 1 << 19;
const SLOW = 60; // ms a call
const isTensor = (v) => v !== null && typeof v === 'object' && Array.isArray(v.t);
const numel = (shape) => shape.reduce((a, b) => a * b, 1);

const mapValue = (v, tensor, number) => {
  if (isTensor(v)) return tensor(v);
  if (v !== null && typeof v === 'object' && Array.isArray(v.list)) return { list: v.list.map((x) => mapValue(x, tensor, number)) };
  if (Array.isArray(v)) return v.map((x) => (Number.isInteger(x) ? number(x) : mapValue(x, tensor, number)));
  return v;
};
const mapSample = (sample, tensor, number) => ({
  args: (sample.args ?? []).map((v) => mapValue(v, tensor, number)),
  kwargs: Object.fromEntries(Object.entries(sample.kwargs ?? {}).map(([k, v]) => [k, mapValue(v, tensor, number)])),
});

function tensorsOf(sample) {
  const found = [];
  mapSample(sample, (t) => (found.push(t), t), (n) => n);
  return found;
}

/** Ways in which dims may grow by k; the numbers in lists of sizes follow them or stay. */
const growths = [
  (k) => ({ dim: (n) => (n > 1 ? n * k : n), list: (n) => n }),
  (k) => ({ dim: (n) => (n > 1 ? n * k : n), list: (n) => (n > 1 ? n * k : n) }),
  (k) => ({ dim: (n, d, ndim) => (d === ndim - 1 && n > 1 ? n * k : n), list: (n) => n }),
  (k) => ({ dim: (n, d) => (d === 0 && n > 1 ? n * k : n), list: (n) => n }),
];

const grown = (sample, { dim, list }) => mapSample(sample, (spec) => {
  const t = spec.t.map((n, d) => dim(n, d, spec.t.length));
  const next = { ...spec, t };
  if (spec.values) next.values = Array.from({ length: numel(t) }, (_, i) => spec.values.flat(Infinity)[i % Math.max(1, numel(spec.t))]);
  return next;
}, list);

/** { args, kwargs, elements } or null for rows without tensors or that only run as they are. */
export function medium(torsh, row) {
  const { build, callRow } = require('../../test/support/rows.js');
  const seconds = (sample) => {
    try {
      return torsh.tidy(() => {
        const built = build(torsh, sample);
        const t0 = process.hrtime.bigint();
        callRow(row, torsh, built);
        return Number(process.hrtime.bigint() - t0) / 1e9;
      });
    } catch {
      return Infinity;
    }
  };
  let best = null;
  for (const sample of row.samples.slice(0, 3)) {
    const specs = tensorsOf(sample);
    const largest = Math.max(0, ...specs.map((s) => numel(s.t)));
    const ndim = Math.max(1, ...specs.map((s) => s.t.filter((n) => n > 1).length));
    if (largest === 0) continue;
    for (const growth of growths) {
      const factors = [];
      for (let k = Math.floor((ELEMENTS / largest) ** (1 / ndim)); k >= 2; k = Math.floor(k / 2)) factors.unshift(k);
      for (const k of factors) { // from the small: results of some ops grow much faster than their inputs
        const candidate = grown(sample, growth(k));
        const elements = Math.max(...tensorsOf(candidate).map((s) => numel(s.t)));
        if (elements > 2 * ELEMENTS) break;
        const took = seconds(candidate) * 1e3;
        if (took !== Infinity && (!best || elements > best.elements) && took <= SLOW) best = { ...candidate, elements };
        if (took !== Infinity && took > SLOW / 3) break;
      }
    }
    if (best && best.elements >= ELEMENTS / 8) break;
  }
  return best;
}
