import * as sys from '../gen/system';
import type { Tensor } from '../tensor';

/** What PyTorch shows of the node that made a tensor. */
export interface GradFn {
  readonly name: string;
  /** Names of the nodes it leads to; empty strings where no gradient flows. */
  readonly nextFunctions: readonly string[];
}

export function gradFnOf(t: Tensor): GradFn | null {
  const name = sys._gradFn(t);
  if (name === null) return null;
  return {
    name,
    get nextFunctions() { return (sys._nextFunctions(t) ?? '').split(','); },
    toString: () => `<${name}>`,
  } as GradFn;
}
