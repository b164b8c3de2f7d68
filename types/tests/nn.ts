// Pruning schedules, loading and replacing of modules, as the compiler sees them: nothing here runs. See usage.ts.
import torsh, { nn, type Tensor } from 'torsh';

const model = new nn.Sequential(new nn.Linear(4, 8), new nn.RMSNorm(8, { eps: 1e-6 }), new nn.Linear(8, 2));
const y: Tensor = model(torsh.ones(3, 4));

const { prune } = nn.utils;
const plan = new prune.GradualPruning([[model, 'weight']], prune.LnStructured, { finalSparsity: 0.5, steps: 10, schedule: (t: number) => t * t, n: 2, dim: 0 });
const reached: number = plan.step() + plan.sparsity + plan.stateDict().lastStep;
// @ts-expect-error in how many steps?
const open = new prune.GradualPruning([[model, 'weight']], prune.L1Unstructured, { finalSparsity: 0.5 });
// @ts-expect-error no such schedule
const wrong = new prune.GradualPruning([[model, 'weight']], prune.L1Unstructured, { finalSparsity: 0.5, steps: 2, schedule: 'square' });

const { missingKeys }: { missingKeys: string[] } = model.loadStateDict(model.stateDict(), { strict: false, assign: true });
model.loadStateDict(new Map(Object.entries(model.stateDict())), true, true);
model.setSubmodule('0', new nn.Identity());
model.registerBackwardHook((module, gradInput) => gradInput).remove();
const both: nn.Container = new nn.Container({ a: model });
const distance = new nn.TripletMarginWithDistanceLoss({ distanceFunction: (a, b) => a.sub(b).abs().sum(-1) }).distance_function;
const apart: Tensor = distance(y, y);
const fused: nn.Conv2d = nn.utils.fusion.fuseConvBnEval(new nn.Conv2d(1, 2, 3), new nn.BatchNorm2d(2));

export { apart, both, fused, missingKeys, open, reached, wrong };
