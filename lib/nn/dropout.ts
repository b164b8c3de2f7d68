import { bind, signature } from '../bind';
import type { Tensor } from '../tensor';
import * as ops from '../gen/ops';
import { probability, type Tail } from './common';
import { takesNames } from './forward';
import { functional as F } from './functional';
import { Module } from './module';
import { py } from './repr';

const sigs = { Dropout: signature('Dropout', 'p=0.5, inplace=false') };

export interface DropoutOptions { p?: number; inplace?: boolean }

/** In training, zeroes each element with probability p and scales the others by 1 / (1 - p). */
export class Dropout extends Module {
  readonly p: number;
  readonly inplace: boolean;
  constructor(...args: Tail<[p: number, inplace: boolean], DropoutOptions>) {
    super();
    const [p, inplace] = bind(sigs.Dropout, args);
    this.p = probability('Dropout', p);
    this.inplace = inplace as boolean;
  }
  forward(input: Tensor): Tensor {
    return this.inplace ? F.dropout(input, this.p, this.training, true) : ops.dropout(input, this.p, this.training);
  }
  extraRepr(): string {
    return `p=${py(this.p)}, inplace=${py(this.inplace)}`;
  }
}

takesNames('input', Dropout);
