// What a PyTorch user writes, as the compiler sees it: nothing here runs. Lines under @ts-expect-error must not compile.
import torsh, { nn, optim, type Tensor, type DType } from 'torsh';

/** Fails to compile unless the types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(yes: Same<A, B>): void;

const x: Tensor = torsh.randn(3, 4);
const square: Tensor = torsh.randn([4, 4], { dtype: 'float64', requiresGrad: true });
const labels = torsh.randint(0, 4, [3]);

// Named tuples: by place and by name.
const { values, indices } = x.max(1);
const [best, where] = torsh.max(x, 1, true);
same<typeof values, Tensor>(true);
same<typeof where, Tensor>(true);
const whole: Tensor = x.max();
const largest: Tensor = x.max(torsh.zeros(4));
const { values: sorted } = torsh.sort(x, { dim: 0, descending: true });
const { values: top, indices: places } = x.topk(2, { dim: -1 });
const { min, max } = torsh.aminmax(x, { dim: 1 });
const { mantissa, exponent } = torsh.frexp(x);
const [spread, mean] = torsh.varMean(x, 1, { keepdim: true });
const parts: Tensor[] = x.split([1, 3], 1);
const pieces: Tensor[] = torsh.tensorSplit(x, 2);
const grids: Tensor[] = torsh.meshgrid(torsh.arange(3), torsh.arange(4), { indexing: 'ij' });

// Options objects, scalars, complex numbers.
const total: Tensor = x.sum({ dim: [0, 1], keepdim: true, dtype: 'float64' });
const clamped: Tensor = x.clamp({ min: 0 });
const shifted: Tensor = x.add({ re: 1, im: -2 });
const made: Tensor = torsh.tensor([{ re: 1, im: 2 }, { re: 0, im: 1 }]);
const polar: Tensor = torsh.polar(torsh.ones(2), torsh.zeros(2));
const angles: Tensor = made.angle().add(torsh.viewAsReal(made).sum(1));
const picked: Tensor = torsh.where(x.gt(0), x, 0);
const median: Tensor = torsh.quantile(x, { q: 0.5 });
const moved: Tensor = x.transpose({ dim0: 0, dim1: 1 });
const quantiles: Tensor = torsh.quantile(x, torsh.tensor([0.1, 0.9]), 1, { interpolation: 'nearest' });
const counts: Tensor = torsh.bincount(labels, { minlength: 4 });
const unique: Tensor = torsh.unique(labels);
const [elements, inverse, howMany] = torsh.unique(labels, { returnInverse: true, returnCounts: true });
const kinds: DType = torsh.promoteTypes('int32', 'float16');

// einsum, products, linear algebra.
const product: Tensor = torsh.einsum('bi,ij->bj', x, square.float());
const contracted: Tensor = torsh.tensordot(x, x, [[0], [0]]);
const kron: Tensor = torsh.kron(x, torsh.eye(2));
const { U, S, Vh } = torsh.linalg.svd(square, { fullMatrices: false });
const { Q, R } = torsh.linalg.qr(square);
const { eigenvalues, eigenvectors } = torsh.linalg.eigh(square);
const [sign, logarithm] = torsh.linalg.slogdet(square);
const solved: Tensor = torsh.linalg.solve(square, torsh.ones(4));
const inverted: Tensor = torsh.linalg.inv(square);
const norm: Tensor = torsh.linalg.norm(square, 'nuc');
const vectorNorm: Tensor = torsh.linalg.vectorNorm(x, Infinity, -1);
const { LU, pivots } = torsh.linalg.luFactor(square);
const { solution, residuals, rank, singularValues } = torsh.linalg.lstsq(square, square);
const cholesky: Tensor = torsh.linalg.cholesky(square.mm(square.mT), { upper: true });

// Fourier transforms, special functions, masks.
const spectrum: Tensor = torsh.fft.rfft(x, { n: 8, norm: 'ortho' });
const image: Tensor = torsh.fft.fftshift(torsh.fft.fft2(x));
const bins: Tensor = torsh.fft.rfftfreq(8, 0.5);
const framed: Tensor = torsh.stft(torsh.randn(64), 16, { hopLength: 4, window: torsh.hannWindow(16), returnComplex: true });
const special: Tensor = torsh.special.zeta(x, 2);
const masked: Tensor = torsh.masked.mean(x, { dim: 1, mask: x.gt(0) });

// Autograd.
class Exp extends torsh.autograd.Function {
  static forward(ctx: torsh.autograd.FunctionCtx, input: Tensor): Tensor {
    const result = input.exp();
    ctx.saveForBackward(result);
    return result;
  }
  static backward(ctx: torsh.autograd.FunctionCtx, grad: Tensor): Tensor {
    const [result] = ctx.savedTensors;
    return grad.mul(result);
  }
}
const applied: Tensor = Exp.apply(x);
const [gradient] = torsh.autograd.grad(square.sum(), [square], { createGraph: true });
const slope: (t: Tensor) => Tensor = torsh.func.grad((t: Tensor) => t.square().sum());
const mapped: Tensor = torsh.func.vmap((t: Tensor) => t.sum())(x);
const quick = torsh.compile((t: Tensor, scale: number) => ({ sum: t.mul(scale).sum() }), { fullgraph: true });
const quickSum: Tensor = quick(x, 2).sum;
const steps: string[] = quick.explain().programs[0].ops;
const why: string[] = torsh.compile.explain(quick, x, 2).breaks.map((b) => b.reason);
const told: Promise<{ sum: Tensor }> = quick.runAsync(x, 2);
const stoppable: Promise<{ sum: Tensor }> = torsh.compile((t: Tensor) => ({ sum: t.sum() }), { queue: 8 }).async({ signal: AbortSignal.timeout(100) })(x);
const chains: string[][] = quick.explain().programs.flatMap((p) => p.fused);
// @ts-expect-error runAsync takes what the function takes
void quick.runAsync(x, 'twice');
void [told, stoppable, chains];
// @ts-expect-error a compiled function takes what the function takes
quick(x, 'two');
const jacobian: Tensor = torsh.autograd.functional.jacobian((t: Tensor) => t.exp(), x);
const anomalous: Tensor = torsh.autograd.detectAnomaly(() => x.sqrt());
const checkpointed: Tensor = torsh.utils.checkpoint.checkpoint((t: Tensor) => t.exp(), x);

// Modules, losses, optimizers, schedulers.
class Net extends nn.Module {
  readonly encoder = new nn.TransformerEncoderLayer(8, 2, { batchFirst: true });
  readonly head = new nn.Linear(8, 4, { bias: false });
  forward(input: Tensor): Tensor {
    return this.head(this.encoder(input));
  }
}
const net = new Net();
const output = net(torsh.randn(2, 3, 8));
const loss = nn.functional.crossEntropy(output.flatten(0, 1), torsh.randint(0, 4, [6]), { labelSmoothing: 0.1 });
const ctc: Tensor = new nn.CTCLoss({ zeroInfinity: true })(torsh.randn(5, 2, 4), torsh.ones(2, 3), [5, 5], [3, 3]);
const resized: Tensor = nn.functional.interpolate(torsh.randn(1, 1, 4, 4), { scaleFactor: 2, mode: 'bilinear', alignCorners: false });
const pooled: Tensor = nn.functional.adaptiveAvgPool2d(torsh.randn(1, 1, 4, 4), [null, 2]);
const optimizer = new optim.AdamW(net.parameters(), { lr: 1e-3 });
const schedule = new optim.lrScheduler.SequentialLR(optimizer, [
  new optim.lrScheduler.LinearLR(optimizer, { totalIters: 5 }), new optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: 10 }),
], [5]);
const plateau = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { mode: 'min', patience: 2 });
loss.backward();
optimizer.step();
const ported = new optim.SGD(net.parameters(), { lr: 0.1, momentum: 0.9, foreach: true, differentiable: false, fused: null });
const stepHook = ported.registerStepPostHook((o, args) => { console.log(o.paramGroups[0].lr, args.length); });
ported.registerStateDictPostHook((_, dict) => ({ ...dict, param_groups: dict.param_groups.slice() }), { prepend: true });
stepHook.remove();
class Halving extends optim.lrScheduler.LRScheduler {
  constructor(of: InstanceType<typeof optim.Optimizer>) {
    super(of);
    this._initialStep();
  }
  getLr(): number[] { return this.baseLrs.map((lr) => lr / 2 ** this.lastEpoch); }
}
new optim.lrScheduler.ChainedScheduler([new Halving(ported), new optim.lrScheduler.StepLR(ported, 2, { verbose: true })]).step();
schedule.step();
plateau.step(loss);
const rates: number[] = schedule.getLastLr();

const mixed: Tensor = torsh.autocast(() => net(torsh.randn(2, 3, 8)), { dtype: 'float16' });
const table: string = torsh.summary(net, [2, 3, 8], { depth: 2 }).toString();
const adds: number = torsh.summary(net, { inputSize: [[2, 3, 8]], mode: 'train' }).totalMultAdds;
const distilled: Tensor = new nn.DistillationLoss({ temperature: 4 })(output, output, null);
net.registerForwardHook((_module, inputs, options, result: Tensor) => [inputs, options, result], { withKwargs: true, alwaysCall: true }).remove();
net.registerFullBackwardPreHook((_module, [gradOutput]) => [gradOutput]).remove();
nn.modules.module.registerModuleForwardPreHook((module, inputs) => { void [module, inputs]; }).remove();

// What is wrong is said.
// @ts-expect-error no such option
x.sum({ dims: 1 });
// @ts-expect-error dim is given twice
x.sum(1, { dim: 0 });
// @ts-expect-error dim1 is missing
x.transpose({ dim0: 0 });
// @ts-expect-error no such dtype
x.to('float31');
// @ts-expect-error self must be a tensor
torsh.linalg.inv(3);
// @ts-expect-error linalg.svd gives U, S and Vh
const { V } = torsh.linalg.svd(square);

export {
  best, whole, largest, sorted, top, places, min, max, mantissa, exponent, spread, mean, parts, pieces, grids, total, clamped, shifted, polar, angles, picked, median, moved, quantiles, counts,
  unique, elements, inverse, howMany, kinds, product, contracted, kron, U, S, Vh, Q, R, eigenvalues, eigenvectors, sign, logarithm, solved, inverted, norm, vectorNorm, LU, pivots,
  solution, residuals, rank, singularValues, cholesky, spectrum, image, bins, framed, special, masked, applied, gradient, slope, mapped, jacobian, anomalous, checkpointed, ctc, resized,
  pooled, rates, indices, V, mixed, table, adds, distilled, quickSum, steps, why,
};
