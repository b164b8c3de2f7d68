/** One step of recurrent networks. */
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import type { DType, Tensor } from '../tensor';
import { count, fail, newParameter, type Factory, type Tail } from './common';
import { takesNames } from './forward';
import { uniform_ } from './init';
import { Module } from './module';
import type { Parameter } from './parameter';
import { py } from './repr';

const sigs = {
  RNNCell: signature('RNNCell', 'inputSize, hiddenSize, bias=true, nonlinearity="tanh", device=null, dtype=null'),
  LSTMCell: signature('LSTMCell', 'inputSize, hiddenSize, bias=true, device=null, dtype=null'),
  GRUCell: signature('GRUCell', 'inputSize, hiddenSize, bias=true, device=null, dtype=null'),
};
export interface CellOptions extends Factory { bias?: boolean }
export interface RNNCellOptions extends CellOptions { nonlinearity?: 'tanh' | 'relu' }

/** Weights of a cell whose state has numChunks gates. */
export abstract class RNNCellBase extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly bias: boolean;
  weight_ih: Parameter;
  weight_hh: Parameter;
  bias_ih: Parameter | null;
  bias_hh: Parameter | null;
  constructor(inputSize: unknown, hiddenSize: unknown, bias: unknown, numChunks: number, device: unknown = null, dtype: unknown = null) {
    super();
    const name = new.target.name;
    this.inputSize = count(name, 'inputSize', inputSize);
    this.hiddenSize = count(name, 'hiddenSize', hiddenSize);
    this.bias = bias as boolean;
    const rows = numChunks * this.hiddenSize;
    this.weight_ih = newParameter(name, [rows, this.inputSize], dtype as DType | null, device);
    this.weight_hh = newParameter(name, [rows, this.hiddenSize], dtype as DType | null, device);
    this.bias_ih = bias ? newParameter(name, [rows], dtype as DType | null, device) : null;
    this.bias_hh = bias ? newParameter(name, [rows], dtype as DType | null, device) : null;
    this.resetParameters();
  }
  resetParameters(): void {
    const bound = this.hiddenSize > 0 ? 1 / Math.sqrt(this.hiddenSize) : 0;
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }
  extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : `, bias=${py(this.bias)}`}`;
  }
  /** f over a batch; one sample has no batch dim, and missing states are zeros. */
  protected step(name: string, input: Tensor, states: readonly (Tensor | null)[], f: (x: Tensor, s: Tensor[]) => Tensor[]): Tensor[] {
    if (input.ndim !== 1 && input.ndim !== 2) fail(name, `${name}: Expected input to be 1-D or 2-D but received ${input.ndim}-D tensor`, 'ERR_SHAPE');
    const alone = input.ndim === 1;
    const x = alone ? input.unsqueeze(0) : input;
    const all = states.map((s) => (s === null ? ops.zeros([x.shape[0], this.hiddenSize], { dtype: x.dtype }) : alone ? s.unsqueeze(0) : s));
    const next = f(x, all);
    return alone ? next.map((s) => s.squeeze(0)) : next;
  }
  protected get weights(): [Tensor, Tensor, Tensor | null, Tensor | null] {
    return [this.weight_ih, this.weight_hh, this.bias_ih, this.bias_hh];
  }
}

/**
 * h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it: input (batch, features) or (features).
 *
 * @example
 * ```js
 * const cell = new torsh.nn.RNNCell(10, 20);
 * console.log(cell(torsh.randn(3, 10)).shape); // [ 3, 20 ]
 * ```
 */
export class RNNCell extends RNNCellBase {
  readonly nonlinearity: 'tanh' | 'relu';
  constructor(inputSize: number, hiddenSize: number, ...rest: Tail<[bias: boolean, nonlinearity: 'tanh' | 'relu'], RNNCellOptions>);
  constructor(options: { inputSize: number; hiddenSize: number } & RNNCellOptions);
  constructor(...args: unknown[]) {
    const [inputSize, hiddenSize, bias, nonlinearity, device, dtype] = bind(sigs.RNNCell, args);
    super(inputSize, hiddenSize, bias, 1, device, dtype);
    this.nonlinearity = nonlinearity as 'tanh' | 'relu';
  }
  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    const { nonlinearity } = this;
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') fail('RNNCell', `Unknown nonlinearity: ${String(nonlinearity)}`);
    const op = nonlinearity === 'tanh' ? ops.rnnTanhCell : ops.rnnReluCell;
    return this.step('RNNCell', input, [hx], (x, [h]) => [op(x, h, ...this.weights)])[0];
  }
  extraRepr(): string {
    return `${super.extraRepr()}${this.nonlinearity === 'tanh' ? '' : `, nonlinearity=${this.nonlinearity}`}`;
  }
}

/**
 * One step of an LSTM: input and [h, c] to the next [h, c].
 *
 * @example
 * ```js
 * const cell = new torsh.nn.LSTMCell(10, 20);
 * let state; // zeros, when it is not given
 * for (const x of torsh.randn(6, 3, 10)) state = cell(x, state);
 * console.log(state[0].shape); // [ 3, 20 ]
 * ```
 */
export class LSTMCell extends RNNCellBase {
  constructor(inputSize: number, hiddenSize: number, ...rest: Tail<[bias: boolean], CellOptions>);
  constructor(options: { inputSize: number; hiddenSize: number } & CellOptions);
  constructor(...args: unknown[]) {
    const [inputSize, hiddenSize, bias, device, dtype] = bind(sigs.LSTMCell, args);
    super(inputSize, hiddenSize, bias, 4, device, dtype);
  }
  forward(input: Tensor, hx: readonly [Tensor, Tensor] | null = null): [Tensor, Tensor] {
    return this.step('LSTMCell', input, hx ?? [null, null], (x, s) => ops.lstmCell(x, s, ...this.weights)) as [Tensor, Tensor];
  }
}

/**
 * One step of a GRU.
 *
 * @example
 * ```js
 * const cell = new torsh.nn.GRUCell(10, 20);
 * let hidden = torsh.zeros(3, 20);
 * for (const x of torsh.randn(6, 3, 10)) hidden = cell(x, hidden);
 * console.log(hidden.shape); // [ 3, 20 ]
 * ```
 */
export class GRUCell extends RNNCellBase {
  constructor(inputSize: number, hiddenSize: number, ...rest: Tail<[bias: boolean], CellOptions>);
  constructor(options: { inputSize: number; hiddenSize: number } & CellOptions);
  constructor(...args: unknown[]) {
    const [inputSize, hiddenSize, bias, device, dtype] = bind(sigs.GRUCell, args);
    super(inputSize, hiddenSize, bias, 3, device, dtype);
  }
  forward(input: Tensor, hx: Tensor | null = null): Tensor {
    return this.step('GRUCell', input, [hx], (x, [h]) => [ops.gruCell(x, h, ...this.weights)])[0];
  }
}

takesNames('input, hx=null', GRUCell, LSTMCell, RNNCell);
