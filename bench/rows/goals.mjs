/**
 * What torsh wants to be: a list of [torsh's column, peer or peers, most]: its time at most so many times that of the fastest of the peers, at the
 * same number of threads; or of [column, most] in the row's own unit.
 */
const hosts = (names) => names.flatMap((name) => [name, `${name} chromium`]);

/** Those whose place torsh takes in Node, and in a page. */
export const NATIVE_PEERS = ['pytorch', 'pytorch-openmp', 'ort-node'];
export const WASM_PEERS = hosts(['tfjs-wasm', 'ort-web', 'jax-js']);

/** Each of torsh's backends against its peers; `way`: ', compiled' for columns of torsh.compile. */
export function beat(native, wasm, way = '') {
  return [
    ...(native === null ? [] : [[`native${way}`, NATIVE_PEERS, native]]),
    ...(wasm === null ? [] : [[`wasm${way}`, WASM_PEERS, wasm], [`wasm chromium${way}`, WASM_PEERS, wasm]]),
  ];
}
