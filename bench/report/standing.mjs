/** Where torsh stands in a row: each backend beside the fastest of its peers. */
import { best } from '../judge.mjs';
import { NATIVE_PEERS, WASM_PEERS } from '../rows/goals.mjs';

export const BACKENDS = { native: 'native', wasm: 'WASM in Node', 'wasm chromium': 'WASM in Chromium' };
const peersOf = (backend) => (backend === 'native' ? [...NATIVE_PEERS, 'pytorch-foreach'] : WASM_PEERS);

/** { backend, value, against, other, ratio, most?, met? } of each backend that has a time and a peer; the way to do it (eager or compiled) that the goal speaks of, else the plain one. */
export function standings({ values, verdicts }) {
  return Object.keys(BACKENDS).flatMap((backend) => {
    const verdict = verdicts.find((v) => v.column.split(', ')[0] === backend && v.against !== undefined && peersOf(backend).includes(v.against.split(', ')[0]));
    if (verdict) return [{ backend, value: verdict.value, against: verdict.against, other: values[verdict.against], ratio: verdict.ratio, most: verdict.most, met: verdict.met }];
    const other = best(values, peersOf(backend)), value = values[backend];
    return value === undefined || other === null ? [] : [{ backend, value, against: other.column, other: other.value, ratio: value / other.value }];
  });
}
