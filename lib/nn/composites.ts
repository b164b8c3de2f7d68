/** Members of nn.functional that are more than one op. */
import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { overwrite } from './inplace';

const sigs = {
  dropout: signature('dropout', 'input, p=0.5, training=true, inplace=false'),
};

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p). */
export function dropout(input: Tensor, p?: number, training?: boolean, inplace?: boolean): Tensor;
export function dropout(input: Tensor, options: { p?: number; training?: boolean; inplace?: boolean }): Tensor;
export function dropout(...args: unknown[]): Tensor {
  const [input, p, training, inplace] = bind(sigs.dropout, args) as [Tensor, number, boolean, boolean];
  const drop = (x: Tensor): Tensor => ops.dropout(x, p, training);
  return inplace && training ? overwrite(input, drop) : drop(input);
}
