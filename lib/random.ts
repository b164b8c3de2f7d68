/** Generators of random numbers: PyTorch's CPU stream (mt19937 and its distributions), the same on both backends. */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import { randint as randintOp, randintLike as randintLikeOp } from './gen/ops';
import * as sys from './gen/system';
import { generatorBrand } from './runtime/call';
import type { DType, Tensor } from './tensor';

export { _dirichletGrad, _sampleDirichlet, _standardGamma } from './gen/ops';

let registry: FinalizationRegistry<number> | null = null;

/** PyTorch takes what fits into 64 bits, with a sign or without. */
function checkSeed(seed: unknown): number | bigint {
  if (typeof seed === 'number' && Number.isSafeInteger(seed)) return seed;
  if (typeof seed === 'bigint' && seed >= -(2n ** 63n) && seed < 2n ** 64n) return BigInt.asIntN(64, seed);
  throw new TorshError('ERR_ARGUMENT', 'manualSeed', `manualSeed: the seed must be an integer of 64 bits, beyond 2^53 a bigint, not ${String(seed)}`);
}

/** A stream of random numbers of its own, passed as { generator }. https://pytorch.org/docs/stable/generated/torch.Generator.html */
export class Generator {
  private readonly id: number | null;
  /** new Generator() makes a stream; the default one exists as torsh.defaultGenerator. */
  constructor(device: string | null = 'cpu') {
    if (device === null) { this.id = null; return; }
    if (device !== 'cpu') throw new TorshError('ERR_UNSUPPORTED', 'Generator', `Generator: device '${device}' is not supported, only 'cpu'`);
    this.id = sys._generatorNew();
    registry ??= new FinalizationRegistry((id) => { sys._generatorFree(id); });
    registry.register(this, this.id);
  }
  get [generatorBrand](): number { return this.id ?? 0; }
  get device(): 'cpu' { return 'cpu'; }
  manualSeed(seed: number | bigint): this { sys._manualSeed(checkSeed(seed), this.id); return this; }
  /** Seeds from the system's entropy and returns the seed. */
  seed(): number {
    const words = new Uint32Array(2);
    globalThis.crypto.getRandomValues(words);
    const seed = (words[0] & 0x1fffff) * 2 ** 32 + words[1];
    this.manualSeed(seed);
    return seed;
  }
  /** The seed; a bigint beyond 2^53. */
  initialSeed(): number | bigint {
    const seed = sys._initialSeed(this.id) as number | bigint;
    return seed < 0 ? BigInt.asUintN(64, BigInt(seed)) : seed;
  }
  /** The state as 5,056 bytes, in PyTorch's layout. */
  getState(): Tensor { return sys._rngState(this.id); }
  setState(state: Tensor): this { sys._setRngState(state, this.id); return this; }
}

export const defaultGenerator = new Generator(null);
/** Seeds the default generator. https://pytorch.org/docs/stable/generated/torch.manual_seed.html */
export const manualSeed = (seed: number | bigint): Generator => defaultGenerator.manualSeed(seed);
export const seed = (): number => defaultGenerator.seed();
export const initialSeed = (): number | bigint => defaultGenerator.initialSeed();
export const getRngState = (): Tensor => defaultGenerator.getState();
export const setRngState = (state: Tensor): void => { defaultGenerator.setState(state); };

/** Runs f; what it draws from the default generator leaves no trace. https://pytorch.org/docs/stable/random.html */
export function forkRng<T>(f: () => T): T {
  const state = getRngState();
  try {
    const result = f();
    if (result instanceof Promise) throw new TorshError('ERR_ARGUMENT', 'forkRng', 'forkRng: takes a synchronous function; keep getRngState() and call setRngState(state) after what is awaited');
    return result;
  } finally {
    setRngState(state);
    state.dispose();
  }
}

interface IntOptions { generator?: Generator | null; dtype?: DType | null; requiresGrad?: boolean; out?: Tensor; device?: string | null; layout?: string | null }
const withLow = signature('randint', 'low, high, size, *, generator=null, out=null, dtype=null, layout=null, device=null, requiresGrad=false, pinMemory=false');
const withoutLow = signature('randint', 'high, size, *, generator=null, out=null, dtype=null, layout=null, device=null, requiresGrad=false, pinMemory=false');

/** Integers in [low, high) (low = 0 unless given), int64 by default. https://pytorch.org/docs/stable/generated/torch.randint.html */
export function randint(high: number, size: readonly number[], options?: IntOptions): Tensor;
export function randint(low: number, high: number, size: readonly number[], options?: IntOptions): Tensor;
export function randint(...args: unknown[]): Tensor {
  const short = Array.isArray(args[1]) || (typeof args[args.length - 1] === 'object' && !Array.isArray(args[args.length - 1]) && args.length === 2 && typeof args[1] !== 'number');
  const values = short ? [0, ...bind(withoutLow, args)] : bind(withLow, args);
  const [low, high, size, generator, out, dtype, layout, device, requiresGrad] = values as [number, number, number[], Generator | null, Tensor | null, DType | null, string | null, string | null, boolean];
  const t = randintOp(low, high, size, { generator, dtype: dtype ?? (out?.dtype ?? null), layout, device, requiresGrad });
  if (!out) return t;
  return (out as unknown as { copy_(t: Tensor): Tensor }).copy_(t);
}

/** Integers in [low, high) in the shape and dtype of input. https://pytorch.org/docs/stable/generated/torch.randint_like.html */
export function randintLike(input: Tensor, high: number, options?: { dtype?: DType }): Tensor;
export function randintLike(input: Tensor, low: number, high: number, options?: { dtype?: DType }): Tensor;
export function randintLike(input: Tensor, ...args: unknown[]): Tensor {
  return typeof args[1] === 'number' ? randintLikeOp(input, args[0] as number, args[1], (args[2] ?? {}) as object) : randintLikeOp(input, 0, args[0] as number, (args[1] ?? {}) as object);
}
