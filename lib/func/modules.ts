/** Modules as functions of their state: ensembles, and batch norms that vmap can take. */
import { TorshError } from '../errors';
import * as ops from '../gen/ops';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../nn/batchnorm';
import type { Module } from '../nn/module';
import type { Tensor } from '../tensor';

type State = Record<string, Tensor>;

/**
 * [parameters, buffers] of models of one class, stacked by name: vmap((p, b, x) => functionalCall(model, [p, b], x), [0, 0, null]) runs them all at
 * once. The parameters are leaves that require grad as those of the models do. Errors: no models, of different classes, or some of them training.
 * https://pytorch.org/docs/stable/generated/torch.func.stack_module_state.html
 */
export function stackModuleState(models: readonly Module[]): [params: State, buffers: State] {
  const refuse = (text: string): never => { throw new TorshError('ERR_ARGUMENT', 'stackModuleState', `stackModuleState: ${text}`); };
  if (models.length === 0) refuse('Expected at least one model, got 0.');
  if (models.some((m) => m.training !== models[0].training)) refuse('Expected all models to have the same training/eval mode.');
  if (models.some((m) => m.constructor !== models[0].constructor)) refuse('Expected all models to be of the same class.');
  const stacked = (lists: [string, Tensor][][], leaf: boolean): State => Object.fromEntries(lists[0].map(([name, first], i) => {
    const whole = ops.stack(lists.map((list) => list[i]?.[1] ?? refuse(`one of the models has no '${name}'`)).map((t) => t.detach()));
    return [name, leaf ? whole.requiresGrad_(first.requiresGrad) : whole];
  }));
  return [stacked(models.map((m) => m.namedParameters()), true), stacked(models.map((m) => m.namedBuffers()), false)];
}

/**
 * Batch norms of root (itself or inside) stop tracking running statistics, which samples of a vmap would have to share; in place.
 * https://pytorch.org/docs/stable/generated/torch.func.replace_all_batch_norm_modules_.html
 */
export function replaceAllBatchNormModules_<M extends Module>(root: M): M {
  for (const module of root.modules()) {
    if (!(module instanceof BatchNorm1d || module instanceof BatchNorm2d || module instanceof BatchNorm3d)) continue;
    module.running_mean = null;
    module.running_var = null;
    module.num_batches_tracked = null;
    (module as { trackRunningStats: boolean }).trackRunningStats = false;
  }
  return root;
}
