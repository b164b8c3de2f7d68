/** gradcheck and gradgradcheck: gradients against finite differences. */
import { bind, signature } from '../bind';
import { frombuffer } from '../creation';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';
import { grad } from './index';
import { enableGrad, noGrad } from './modes';

type Func = (...inputs: any[]) => Tensor | readonly Tensor[];
export interface GradcheckOptions {
  /** Step of the differences. */
  eps?: number;
  atol?: number;
  rtol?: number;
  /** false: an answer of false instead of an error. */
  raiseException?: boolean;
  /** How far two runs of one backward may differ. */
  nondetTol?: number;
  checkUndefinedGrad?: boolean;
  checkGradDtypes?: boolean;
  checkBatchedGrad?: boolean;
  fastMode?: boolean;
}

const names = 'eps=1e-6, atol=1e-5, rtol=1e-3, raiseException=true, nondetTol=0, checkUndefinedGrad=true, checkGradDtypes=false, checkBatchedGrad=false, fastMode=false';
const checkSignature = signature('gradcheck', `func, inputs, *, ${names}`);
const doubleSignature = signature('gradgradcheck', `func, inputs, gradOutputs=null, *, genNonContigGradOutputs=false, ${names}`);

const list = (x: unknown): unknown[] => (Array.isArray(x) ? x : [x]);
const differentiable = (x: unknown): x is Tensor => isTensor(x) && x.requiresGrad;

/** The numbers of a tensor in float64; a complex one gives two for each element. */
function numbers(t: Tensor): Float64Array {
  const real = t;
  return real.detach().to('float64').toTypedArray() as Float64Array;
}
/** The converse, as a tensor like t. */
function like(t: Tensor, values: Float64Array): Tensor {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return frombuffer(bytes, { dtype: t.isComplex() ? 'complex128' : 'float64' }).reshape(t.shape).to(t.dtype);
}

/** columns[element of the input][output]: derivatives by central differences; the input is changed in place and put back. */
function numericJacobian(f: () => Tensor[], input: Tensor, eps: number): Float64Array[][] {
  const original = numbers(input);
  const run = (i: number, delta: number): Float64Array[] => {
    const moved = original.slice();
    moved[i] += delta;
    noGrad(() => { input.copy_(like(input, moved)); });
    return f().map(numbers);
  };
  const columns = Array.from(original, (_, i) => {
    const left = run(i, -eps), right = run(i, eps);
    return right.map((values, o) => values.map((v, j) => (v - left[o][j]) / (2 * eps)));
  });
  noGrad(() => { input.copy_(like(input, original)); });
  return columns;
}

/** rows[element of the output][input]: one backward for each number of the output. */
function analyticJacobian(output: Tensor, inputs: Tensor[]): Float64Array[][] {
  const n = output.numel() * (output.isComplex() ? 2 : 1);
  return Array.from({ length: n }, (_, j) => {
    const weight = new Float64Array(n);
    weight[j] = 1;
    const grads = grad(output, inputs, { gradOutputs: like(output, weight), retainGraph: true, allowUnused: true });
    return grads.map((g, k) => {
      if (g !== null && String(g.shape) !== String(inputs[k].shape)) {
        throw new TorshError('ERR_AUTOGRAD', 'gradcheck', `gradcheck: Incorrect size of the gradient for input ${k}: [${g.shape}] instead of [${inputs[k].shape}]`);
      }
      return g === null ? numbers(ops.zerosLike(inputs[k])) : numbers(g);
    });
  });
}

function mismatch(numeric: Float64Array[][], analytic: Float64Array[][], o: number, k: number, atol: number, rtol: number): string | null {
  for (let i = 0; i < numeric.length; i++) {
    for (let j = 0; j < analytic.length; j++) {
      const want = numeric[i][o][j], got = analytic[j][k][i];
      if (Object.is(want, got) || Math.abs(got - want) <= atol + rtol * Math.abs(want)) continue;
      return `Jacobian mismatch for output ${o} with respect to input ${k}, output element ${j}, input element ${i}: numerical ${want}, analytical ${got}`;
    }
  }
  return null;
}

function check(func: Func, inputs: unknown[], eps: number, atol: number, rtol: number, nondetTol: number): string | null {
  const wanted = inputs.filter(differentiable);
  if (wanted.length === 0) return 'gradcheck expects at least one input tensor to require gradient, but none of them have requiresGrad set';
  for (const x of wanted) {
    if (x.dtype !== 'float64' && x.dtype !== 'complex128') {
      return `an input that requires gradient is of dtype ${x.dtype}: finite differences need float64 or complex128`;
    }
  }
  const run = (): Tensor[] => list(enableGrad(() => func(...inputs))).filter(differentiable);
  const outputs = run();
  if (outputs.length === 0) return 'no output requires gradient';
  const numeric = wanted.map((x) => numericJacobian(run, x, eps));
  const fresh = run(); // inputs have been changed and put back since `outputs` were made
  for (let o = 0; o < fresh.length; o++) {
    const analytic = analyticJacobian(fresh[o], wanted), again = analyticJacobian(fresh[o], wanted);
    for (let k = 0; k < wanted.length; k++) {
      const found = mismatch(numeric[k], analytic, o, k, atol, rtol);
      if (found) return found;
      const differs = analytic.some((row, j) => row[k].some((v, i) => Math.abs(v - again[j][k][i]) > nondetTol));
      if (differs) return `Backward is not reentrant, i.e., running backward with same input and gradOutput multiple times gives different values (output ${o}, input ${k})`;
    }
  }
  return null;
}

/**
 * Whether gradients of func agree with central differences: func takes the inputs (float64 or complex128 where they require
 * grad; they are changed in place meanwhile) and gives a tensor or several. https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
 *
 * @example
 * ```js
 * const x = torsh.rand(3, { dtype: 'float64', requiresGrad: true });
 * console.log(torsh.autograd.gradcheck((t) => t.exp().mul(t), [x])); // true
 * ```
 */
export function gradcheck(func: Func, inputs: unknown, options?: GradcheckOptions): boolean;
export function gradcheck(...args: unknown[]): boolean {
  const [func, inputs, eps, atol, rtol, raise, nondetTol] = bind(checkSignature, args) as [Func, unknown, number, number, number, boolean, number];
  const problem = check(func, list(inputs), eps, atol, rtol, nondetTol);
  if (problem !== null && raise) throw new TorshError('ERR_AUTOGRAD', 'gradcheck', `gradcheck: ${problem}`);
  return problem === null;
}

/**
 * gradcheck of the gradients of func, with respect to its inputs and to gradOutputs. https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
 *
 * @example
 * ```js
 * const x = torsh.rand(3, { dtype: 'float64', requiresGrad: true });
 * console.log(torsh.autograd.gradgradcheck((t) => t.exp().mul(t), [x])); // true
 * ```
 */
export function gradgradcheck(func: Func, inputs: unknown, gradOutputs?: Tensor | readonly Tensor[] | null, options?: GradcheckOptions): boolean;
export function gradgradcheck(func: Func, inputs: unknown, options?: GradcheckOptions & { gradOutputs?: Tensor | readonly Tensor[] | null }): boolean;
export function gradgradcheck(...args: unknown[]): boolean {
  const [func, given, gradOutputs, , eps, atol, rtol, raise, nondetTol] =
    bind(doubleSignature, args) as [Func, unknown, Tensor | Tensor[] | null, boolean, number, number, number, boolean, number];
  const inputs = list(given);
  const outputs = list(func(...inputs)).filter(differentiable);
  const weights = gradOutputs === null
    ? outputs.map((o) => ops.randnLike(o.detach()).requiresGrad_(true))
    : list(gradOutputs) as Tensor[];
  const second = (...all: unknown[]): Tensor[] => {
    const xs = all.slice(0, inputs.length);
    const made = list(func(...xs)).filter(differentiable);
    return grad(made, xs.filter(differentiable), { gradOutputs: all.slice(inputs.length) as Tensor[], createGraph: true, allowUnused: true }).filter((g) => g !== null);
  };
  const problem = check(second, [...inputs, ...weights], eps, atol, rtol, nondetTol);
  if (problem !== null && raise) throw new TorshError('ERR_AUTOGRAD', 'gradgradcheck', `gradgradcheck: ${problem}`);
  return problem === null;
}
