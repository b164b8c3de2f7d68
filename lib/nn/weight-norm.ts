/** Weight and spectral normalisation in their older form, which computes the weight before each forward. */
import { bind, signature } from '../bind';
import { noGrad } from '../autograd';
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { keep, type Tensor } from '../tensor';
import { internals } from './fields';
import { isParameter, Parameter } from './parameter';
import type { Module } from './module';
import { asMatrix, checkIterations, normalized, outputDim, unitVector } from './parametrizations';
import { fail, take } from './parametrize';

const sigs = {
  weightNorm: signature('weightNorm', 'module, name="weight", dim=0'),
  spectralNorm: signature('spectralNorm', 'module, name="weight", nPowerIterations=1, eps=1e-12, dim=null'),
};

type Fields = Record<string, Tensor>;
const fieldsOf = (module: Module): Fields => module as unknown as Fields;

/** A hook that recomputes a tensor of a module. */
interface Recompute {
  (module: Module): void;
  kind: 'weight_norm' | 'spectral_norm';
  tensorName: string;
  /** The tensor as it is without the hook; takes away what the hook needed. */
  undo(module: Module): Tensor;
}

function find(module: Module, kind: Recompute['kind'], name: string): { id: number; run: Recompute } | undefined {
  return module[internals].forwardPre.list().find(({ run }) => {
    const hook = run as Partial<Recompute>;
    return hook.kind === kind && hook.tensorName === name;
  }) as { id: number; run: Recompute } | undefined;
}

function weightOf(module: Module, kind: Recompute['kind'], name: string): Parameter {
  if (find(module, kind, name)) throw new TorshError('ERR_ARGUMENT', kind, `${kind}: Cannot register two ${kind} hooks on the same parameter ${name}`);
  const weight = fieldsOf(module)[name];
  if (!isParameter(weight)) fail(kind, `\`${kind}\` cannot be applied as parameter \`${name}\` is ${weight === null ? 'null' : 'not a Parameter'}`);
  return weight;
}

function remove(module: Module, kind: Recompute['kind'], name: string): Module {
  const hook = find(module, kind, name);
  if (!hook) fail(kind === 'weight_norm' ? 'removeWeightNorm' : 'removeSpectralNorm', `${kind} of '${name}' not found in ${String(module)}`);
  const weight = noGrad(() => hook.run.undo(module));
  take(module, name);
  module[internals].forwardPre.delete(hook.id);
  module.registerParameter(name, new Parameter(weight.detach()));
  return module;
}

/** The parameter as name_g, its length for each slice of dim (null: as a whole), times the direction of name_v. */
export function weightNorm<M extends Module>(module: M, name?: string, dim?: number | null): M;
export function weightNorm<M extends Module>(module: M, options: { name?: string; dim?: number | null }): M;
export function weightNorm(...args: unknown[]): Module {
  const [module, name, given] = bind(sigs.weightNorm, args) as [Module, string, number | null];
  const dim = given ?? -1;
  const weight = weightOf(module, 'weight_norm', name);
  take(module, name);
  module.registerParameter(`${name}_g`, new Parameter(noGrad(() => ops.normExceptDim(weight, 2, dim))));
  module.registerParameter(`${name}_v`, new Parameter(weight.detach()));
  const compute = (m: Module): Tensor => normalized(fieldsOf(m)[`${name}_v`], fieldsOf(m)[`${name}_g`], dim);
  const hook: Recompute = Object.assign((m: Module) => { fieldsOf(m)[name] = keep(compute(m)); }, {
    kind: 'weight_norm' as const, tensorName: name,
    undo(m: Module) {
      const made = compute(m);
      for (const part of ['_g', '_v']) take(m, name + part);
      return made;
    },
  });
  hook(module);
  module.registerForwardPreHook(hook);
  return module;
}
export function removeWeightNorm<M extends Module>(module: M, name = 'weight'): M { return remove(module, 'weight_norm', name) as M; }

/** The parameter (name_orig) divided by its largest singular value, estimated by a power iteration; dim: of the outputs. */
export function spectralNorm<M extends Module>(module: M, name?: string, nPowerIterations?: number, eps?: number, dim?: number | null): M;
export function spectralNorm<M extends Module>(module: M, options: { name?: string; nPowerIterations?: number; eps?: number; dim?: number | null }): M;
export function spectralNorm(...args: unknown[]): Module {
  const [module, name, iterations, eps, given] = bind(sigs.spectralNorm, args) as [Module, string, number, number, number | null];
  const dim = given ?? outputDim(module);
  checkIterations('spectralNorm', iterations);
  const weight = weightOf(module, 'spectral_norm', name);
  const matrix = asMatrix(weight.detach(), dim);
  take(module, name);
  module.registerParameter(`${name}_orig`, weight);
  module.registerBuffer(`${name}_u`, noGrad(() => unitVector(matrix.shape[0], weight, eps)));
  module.registerBuffer(`${name}_v`, noGrad(() => unitVector(matrix.shape[1], weight, eps)));
  const compute = (m: Module, iterate: boolean): Tensor => {
    const { [`${name}_orig`]: original, [`${name}_u`]: u, [`${name}_v`]: v } = fieldsOf(m);
    const w = asMatrix(original, dim);
    if (iterate) {
      noGrad(() => {
        for (let i = 0; i < iterations; i++) {
          v.copy_(ops.normalize(w.t().mv(u), { dim: 0, eps }));
          u.copy_(ops.normalize(w.mv(v), { dim: 0, eps }));
        }
      });
    }
    return original.div(ops.dot(u.clone(), w.mv(v.clone())));
  };
  // As in PyTorch, the weight is the original one until the first forward.
  fieldsOf(module)[name] = keep(weight.detach());
  const hook: Recompute = Object.assign((m: Module) => { fieldsOf(m)[name] = keep(compute(m, m.training)); }, {
    kind: 'spectral_norm' as const, tensorName: name,
    undo(m: Module) {
      const made = compute(m, false);
      for (const part of ['_u', '_v', '_orig']) take(m, name + part);
      return made;
    },
  });
  module.registerForwardPreHook(hook);
  return module;
}
export function removeSpectralNorm<M extends Module>(module: M, name = 'weight'): M { return remove(module, 'spectral_norm', name) as M; }
