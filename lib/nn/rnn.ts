/** Recurrent networks. */
import { bind, signature } from '../bind';
import * as ops from '../gen/ops';
import type { DType, Tensor } from '../tensor';
import { count, fail, newParameter, type Factory } from './common';
import { takesNames } from './forward';
import { uniform_ } from './init';
import { Module } from './module';
import { isPackedSequence, type PackedSequence } from './packed';
import type { Parameter } from './parameter';
import { py, pyFloat } from './repr';

const options = 'bias=true, batchFirst=false, dropout=0, bidirectional=false';
const sigs = {
  RNNBase: signature('RNNBase', `mode, inputSize, hiddenSize, numLayers=1, ${options}, projSize=0, device=null, dtype=null`),
  RNN: signature('RNN', `inputSize, hiddenSize, numLayers=1, nonlinearity="tanh", ${options}, device=null, dtype=null`),
  LSTM: signature('LSTM', `inputSize, hiddenSize, numLayers=1, ${options}, projSize=0, device=null, dtype=null`),
  GRU: signature('GRU', `inputSize, hiddenSize, numLayers=1, ${options}, device=null, dtype=null`),
};
const GATES = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 } as const;
type Mode = keyof typeof GATES;

export interface RNNBaseOptions extends Factory { numLayers?: number; bias?: boolean; batchFirst?: boolean; dropout?: number; bidirectional?: boolean }
export interface RNNOptions extends RNNBaseOptions { nonlinearity?: 'tanh' | 'relu' }
export interface LSTMOptions extends RNNBaseOptions { projSize?: number }
type Sequence = Tensor | PackedSequence;

/** What RNN, LSTM and GRU share: parameters weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ... of each layer and direction. */
export abstract class RNNBase extends Module {
  readonly mode: Mode;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly projSize: number;

  constructor(...args: unknown[]) {
    super();
    const [mode, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, projSize, device, dtype] = bind(sigs.RNNBase, args) as
      [Mode, unknown, unknown, unknown, boolean, boolean, number, boolean, unknown, string | null, DType | null];
    const name = mode.startsWith('RNN') ? 'RNN' : mode;
    this.mode = mode;
    this.inputSize = count(name, 'inputSize', inputSize);
    this.hiddenSize = count(name, 'hiddenSize', hiddenSize, 1);
    this.numLayers = count(name, 'numLayers', numLayers, 1);
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    this.projSize = count(name, 'projSize', projSize);
    if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) fail(name, 'dropout should be a number in range [0, 1] representing the probability of an element being zeroed');
    if (this.projSize >= this.hiddenSize) fail(name, 'proj_size has to be smaller than hidden_size');
    const rows = GATES[mode] * this.hiddenSize, state = this.projSize || this.hiddenSize, ways = bidirectional ? 2 : 1;
    const fields = this as unknown as Record<string, Parameter>;
    for (const [suffix, layer] of this.suffixes()) {
      fields[`weight_ih_${suffix}`] = newParameter(name, [rows, layer === 0 ? this.inputSize : state * ways], dtype, device);
      fields[`weight_hh_${suffix}`] = newParameter(name, [rows, state], dtype, device);
      if (bias) {
        fields[`bias_ih_${suffix}`] = newParameter(name, [rows], dtype, device);
        fields[`bias_hh_${suffix}`] = newParameter(name, [rows], dtype, device);
      }
      if (this.projSize > 0) fields[`weight_hr_${suffix}`] = newParameter(name, [this.projSize, this.hiddenSize], dtype, device);
    }
    this.resetParameters();
  }

  /** l0, l0_reverse, l1, ... */
  private *suffixes(): Generator<[suffix: string, layer: number]> {
    for (let layer = 0; layer < this.numLayers; layer++) {
      yield [`l${layer}`, layer];
      if (this.bidirectional) yield [`l${layer}_reverse`, layer];
    }
  }

  /** The parameters of each layer and direction. */
  get allWeights(): Parameter[][] {
    const fields = this as unknown as Record<string, Parameter>;
    const kinds = ['weight_ih', 'weight_hh', ...(this.bias ? ['bias_ih', 'bias_hh'] : []), ...(this.projSize > 0 ? ['weight_hr'] : [])];
    return Array.from(this.suffixes(), ([suffix]) => kinds.map((kind) => fields[`${kind}_${suffix}`]));
  }

  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.hiddenSize);
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound);
  }

  /** Nothing to do: parameters need no common block of memory here. */
  flattenParameters(): void {}

  extraRepr(): string {
    const parts = [`${this.inputSize}`, `${this.hiddenSize}`];
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`);
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`);
    if (!this.bias) parts.push(`bias=${py(this.bias)}`);
    if (this.batchFirst) parts.push(`batch_first=${py(this.batchFirst)}`);
    if (this.dropout !== 0) parts.push(`dropout=${Number.isInteger(this.dropout) ? pyFloat(this.dropout) : py(this.dropout)}`);
    if (this.bidirectional) parts.push(`bidirectional=${py(this.bidirectional)}`);
    return parts.join(', ');
  }

  /** Runs the network: states are those of h, and of c (LSTM). Gives the output and the last states, as the input came. */
  protected run(input: Sequence, states: readonly Tensor[] | null): [Sequence, Tensor[]] {
    const name = this.mode.startsWith('RNN') ? 'RNN' : this.mode;
    const packed = isPackedSequence(input) ? input : null;
    let x = packed ? packed.data : input as Tensor;
    const alone = !packed && x.ndim === 2;
    if (!packed && x.ndim !== 2 && x.ndim !== 3) fail(name, `${name}: Expected input to be 2-D or 3-D but received ${x.ndim}-D tensor`, 'ERR_SHAPE');
    if (x.shape[x.ndim - 1] !== this.inputSize) {
      fail(name, `input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${x.shape[x.ndim - 1]}`, 'ERR_SHAPE');
    }
    const way = this.batchFirst ? 0 : 1;
    if (alone) x = x.unsqueeze(way);
    const batch = packed ? Number(packed.batchSizes.select(0, 0).item()) : x.shape[way];
    const layers = this.numLayers * (this.bidirectional ? 2 : 1);
    const sizes = [this.projSize || this.hiddenSize, this.hiddenSize].slice(0, this.mode === 'LSTM' ? 2 : 1);
    const given = states?.map((s, i) => {
      if (!packed && s.ndim !== x.ndim - (alone ? 1 : 0)) {
        fail(name, alone ? `For unbatched 2-D input, hx should also be 2-D but got ${s.ndim}-D tensor` : `For batched 3-D input, hx should also be 3-D but got ${s.ndim}-D tensor`, 'ERR_SHAPE');
      }
      const h = alone ? s.unsqueeze(1) : s, want = [layers, batch, sizes[i]];
      if (String(Array.from(h.shape)) !== String(want)) fail(name, `Expected hidden[${i}] size (${want.join(', ')}), got [${Array.from(h.shape).join(', ')}]`, 'ERR_SHAPE');
      return packed?.sortedIndices ? h.indexSelect(1, packed.sortedIndices) : h;
    });
    const hx = given ?? sizes.map((n) => ops.zeros([layers, batch, n], { dtype: x.dtype }));
    const flags = [this.allWeights.flat(), this.bias, this.numLayers, this.dropout, this.training, this.bidirectional] as const;
    const [y, ...last] = packed ? this.perform([x, packed.batchSizes], hx, flags) : this.perform([x], hx, [...flags, this.batchFirst]);
    const back = (h: Tensor): Tensor => (alone ? h.squeeze(1) : packed?.unsortedIndices ? h.indexSelect(1, packed.unsortedIndices) : h);
    return [packed ? packed.with(y) : alone ? y.squeeze(way) : y, last.map(back)];
  }

  private perform(input: readonly Tensor[], hx: readonly Tensor[], rest: readonly unknown[]): Tensor[] {
    const op = { RNN_TANH: ops.rnnTanh, RNN_RELU: ops.rnnRelu, LSTM: ops.lstm, GRU: ops.gru }[this.mode] as (...args: unknown[]) => Tensor[];
    return op(...input, this.mode === 'LSTM' ? hx : hx[0], ...rest);
  }
}

/**
 * h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it: input (steps, batch, features), hx (layers * directions, batch, units).
 *
 * @example
 * ```js
 * const rnn = new torsh.nn.RNN(10, 20, { nonlinearity: 'relu', bidirectional: true });
 * const [output, hidden] = rnn(torsh.randn(5, 3, 10));
 * console.log(output.shape, hidden.shape); // [ 5, 3, 40 ] [ 2, 3, 20 ]
 * ```
 */
export class RNN extends RNNBase {
  readonly nonlinearity: 'tanh' | 'relu';
  constructor(inputSize: number, hiddenSize: number, ...rest: [numLayers?: number, nonlinearity?: 'tanh' | 'relu', bias?: boolean, batchFirst?: boolean, dropout?: number, bidirectional?: boolean]);
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions);
  constructor(inputSize: number, hiddenSize: number, numLayers: number, options: RNNOptions);
  constructor(options: { inputSize: number; hiddenSize: number } & RNNOptions);
  constructor(...args: unknown[]) {
    // PyTorch 1.13 took the nonlinearity by name only.
    const given = typeof args[3] === 'boolean' ? [...args.slice(0, 3), undefined, ...args.slice(3)] : args;
    const [inputSize, hiddenSize, numLayers, nonlinearity, bias, batchFirst, dropout, bidirectional, device, dtype] = bind(sigs.RNN, given);
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') fail('RNN', `Unknown nonlinearity '${String(nonlinearity)}'`);
    super(nonlinearity === 'tanh' ? 'RNN_TANH' : 'RNN_RELU', inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, 0, device, dtype);
    this.nonlinearity = nonlinearity;
  }
  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, hN: Tensor];
  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hN: Tensor];
  forward(input: Sequence, hx: Tensor | null = null): [output: Sequence, hN: Tensor] {
    const [y, [h]] = this.run(input, hx ? [hx] : null);
    return [y, h];
  }
}

/**
 * Long short-term memory: gives [output, [h_n, c_n]].
 *
 * @example
 * ```js
 * const rnn = new torsh.nn.LSTM(10, 20, 2);
 * const [output, [h, c]] = rnn(torsh.randn(5, 3, 10)); // time, batch, features
 * console.log(output.shape, h.shape, c.shape); // [ 5, 3, 20 ] [ 2, 3, 20 ] [ 2, 3, 20 ]
 * ```
 */
export class LSTM extends RNNBase {
  constructor(inputSize: number, hiddenSize: number, ...rest: [numLayers?: number, bias?: boolean, batchFirst?: boolean, dropout?: number, bidirectional?: boolean, projSize?: number]);
  constructor(inputSize: number, hiddenSize: number, options: LSTMOptions);
  constructor(inputSize: number, hiddenSize: number, numLayers: number, options: LSTMOptions);
  constructor(options: { inputSize: number; hiddenSize: number } & LSTMOptions);
  constructor(...args: unknown[]) {
    super('LSTM', ...bind(sigs.LSTM, args));
  }
  forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null): [output: Tensor, states: [hN: Tensor, cN: Tensor]];
  forward(input: PackedSequence, hx?: readonly [Tensor, Tensor] | null): [output: PackedSequence, states: [hN: Tensor, cN: Tensor]];
  forward(input: Sequence, hx: readonly [Tensor, Tensor] | null = null): [output: Sequence, states: [hN: Tensor, cN: Tensor]] {
    if (hx !== null && (!Array.isArray(hx) || hx.length !== 2)) fail('LSTM', 'hx must be [h0, c0]');
    const [y, [h, c]] = this.run(input, hx);
    return [y, [h, c]];
  }
}

/**
 * Gated recurrent units.
 *
 * @example
 * ```js
 * const rnn = new torsh.nn.GRU(10, 20, 2, { batchFirst: true });
 * const [output, hidden] = rnn(torsh.randn(3, 5, 10)); // batch, time, features
 * console.log(output.shape, hidden.shape); // [ 3, 5, 20 ] [ 2, 3, 20 ]
 * ```
 */
export class GRU extends RNNBase {
  constructor(inputSize: number, hiddenSize: number, ...rest: [numLayers?: number, bias?: boolean, batchFirst?: boolean, dropout?: number, bidirectional?: boolean]);
  constructor(inputSize: number, hiddenSize: number, options: RNNBaseOptions);
  constructor(inputSize: number, hiddenSize: number, numLayers: number, options: RNNBaseOptions);
  constructor(options: { inputSize: number; hiddenSize: number } & RNNBaseOptions);
  constructor(...args: unknown[]) {
    const [inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, device, dtype] = bind(sigs.GRU, args);
    super('GRU', inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, 0, device, dtype);
  }
  forward(input: Tensor, hx?: Tensor | null): [output: Tensor, hN: Tensor];
  forward(input: PackedSequence, hx?: Tensor | null): [output: PackedSequence, hN: Tensor];
  forward(input: Sequence, hx: Tensor | null = null): [output: Sequence, hN: Tensor] {
    const [y, [h]] = this.run(input, hx ? [hx] : null);
    return [y, h];
  }
}

takesNames('input, hx=null', GRU, LSTM, RNN);
