/**
 * Steps of differentiable optimizers: ops that autograd records, so that a later backward goes through parameters, gradients and state.
 * State is made anew in each step rather than changed, for what was recorded still needs it.
 */
import { enableGrad } from '../autograd';
import { fullLike, viewAsComplex, viewAsReal, where, zerosLike } from '../gen/ops';
import { onlyHere } from '../runtime/recording';
import type { Tensor } from '../tensor';
import type { Optimizer, ParamGroup } from './optimizer';

type State = Record<string, Tensor>;
/** What is taken off the parameter in step t; state is updated on the way. */
type Rule = (p: Tensor, g: Tensor, state: State, group: ParamGroup, t: number) => Tensor;

const mix = (old: Tensor, now: Tensor, keep: number): Tensor => old.mul(keep).add(now, { alpha: 1 - keep });
/** Both averages of Adam's relatives. */
function averages(state: State, g: Tensor, [beta1, beta2]: [number, number]): [mean: Tensor, square: Tensor] {
  return [state.exp_avg = mix(state.exp_avg, g, beta1), state.exp_avg_sq = mix(state.exp_avg_sq, g.mul(g), beta2)];
}

const adam: Rule = (_, g, state, { lr, betas, eps, amsgrad }, t) => {
  const [mean, square] = averages(state, g, betas);
  const top = amsgrad ? state.max_exp_avg_sq = state.max_exp_avg_sq.maximum(square) : square;
  return mean.mul(lr / (1 - betas[0] ** t)).div(top.div(1 - betas[1] ** t).sqrt().add(eps as number));
};

const rules: Record<string, Rule> = {
  SGD: (_, g, state, { lr, momentum, dampening, nesterov }) => {
    if (momentum === 0) return g.mul(lr);
    const known = state.momentum_buffer as Tensor | null | undefined;
    // As in PyTorch the first buffer is no longer part of the graph.
    const buffer = state.momentum_buffer = known ? known.mul(momentum as number).add(g, { alpha: 1 - dampening }) : g.detach().clone();
    return (nesterov ? g.add(buffer, { alpha: momentum as number }) : buffer).mul(lr);
  },
  Adam: adam,
  AdamW: adam,
  Adamax: (_, g, state, { lr, betas: [beta1, beta2], eps }, t) => {
    state.exp_avg = mix(state.exp_avg, g, beta1 as number);
    state.exp_inf = state.exp_inf.mul(beta2 as number).maximum(g.abs().add(eps as number));
    return state.exp_avg.div(state.exp_inf).mul(lr / (1 - beta1 ** t));
  },
  NAdam: (_, g, state, { lr, betas, eps, momentumDecay }, t) => {
    const [mean, square] = averages(state, g, betas);
    const mu = (at: number): number => betas[0] * (1 - 0.5 * 0.96 ** (at * momentumDecay));
    state.mu_product = state.mu_product.mul(mu(t));
    const product = state.mu_product.item() as number;
    const way = g.mul(lr * (1 - mu(t)) / (1 - product)).add(mean, { alpha: lr * mu(t + 1) / (1 - product * mu(t) * mu(t + 1)) });
    return way.div(square.div(1 - betas[1] ** t).sqrt().add(eps as number));
  },
  RAdam: (_, g, state, { lr, betas, eps }, t) => {
    const [mean, square] = averages(state, g, betas);
    const step = mean.mul(lr / (1 - betas[0] ** t)), far = betas[1] ** t;
    const whole = 2 / (1 - betas[1]) - 1, rho = whole - 2 * t * far / (1 - far);
    if (rho <= 5) return step;
    const rectify = Math.sqrt((rho - 4) * (rho - 2) * whole / ((whole - 4) * (whole - 2) * rho));
    return step.mul(rectify * Math.sqrt(1 - far)).div(square.sqrt().add(eps as number));
  },
  RMSprop: (_, g, state, { lr, alpha, eps, momentum, centered }) => {
    let square = state.square_avg = mix(state.square_avg, g.mul(g), alpha as number);
    if (centered) {
      state.grad_avg = mix(state.grad_avg, g, alpha as number);
      square = square.sub(state.grad_avg.square());
    }
    const way = g.div(square.sqrt().add(eps as number));
    if (!(momentum > 0)) return way.mul(lr);
    state.momentum_buffer = state.momentum_buffer.mul(momentum as number).add(way);
    return state.momentum_buffer.mul(lr);
  },
  Adagrad: (_, g, state, { lr, lrDecay, eps }, t) => {
    state.sum = state.sum.add(g.mul(g));
    return g.mul(lr / (1 + (t - 1) * lrDecay)).div(state.sum.sqrt().add(eps as number));
  },
  Adadelta: (_, g, state, { lr, rho, eps }) => {
    state.square_avg = mix(state.square_avg, g.mul(g), rho as number);
    const delta = state.acc_delta.add(eps as number).sqrt().div(state.square_avg.add(eps as number).sqrt()).mul(g);
    state.acc_delta = mix(state.acc_delta, delta.mul(delta), rho as number);
    return delta.mul(lr);
  },
  ASGD: (p, g, state, { lr, lambd, alpha, t0 }, t) => {
    const [eta, mu] = [state.eta.item() as number, state.mu.item() as number];
    const way = p.mul(lambd * eta).add(g, { alpha: eta }), now = p.sub(way);
    state.ax = mu === 1 ? now : state.ax.add(now.sub(state.ax), { alpha: mu });
    state.eta = state.eta.mul(0).add(lr / (1 + lambd * lr * t) ** alpha);
    state.mu = state.mu.mul(0).add(1 / Math.max(1, t - t0));
    return way;
  },
  Rprop: (_, g, state, { etas: [minus, plus], stepSizes: [least, most] }) => {
    const sign = g.mul(state.prev).sign().detach();
    const factor = where(sign.gt(0), fullLike(g, plus as number), where(sign.lt(0), fullLike(g, minus as number), fullLike(g, 1)));
    state.step_size = state.step_size.mul(factor).clamp(least as number, most as number);
    state.prev = where(sign.lt(0), zerosLike(g), g);
    return state.prev.sign().mul(state.step_size);
  },
};

/** A step of each parameter of the group that has a gradient; `begin` gives the state of one that has none yet. */
export function recordedStep(optimizer: Optimizer, group: ParamGroup, name: string, begin: (p: Tensor) => State): void {
  onlyHere('a differentiable step of an optimizer is made in it');
  const rule = rules[name], decoupled = name === 'AdamW' || Boolean(group.decoupledWeightDecay);
  enableGrad(() => {
    for (const p of group.params) {
      const { grad } = p;
      if (!grad) continue;
      const state = { ...begin(p), ...optimizer.state.get(p) } as State, complex = p.isComplex();
      const parts = (t: Tensor): Tensor => (complex && t.isComplex() ? viewAsReal(t) : t);
      const split = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, value && parts(value)]));
      let g = group.maximize ? parts(grad).neg() : parts(grad);
      const x = parts(p), decay = group.weightDecay as number | undefined ?? 0;
      if (decay !== 0) {
        if (decoupled) x.mul_(1 - group.lr * decay);
        else g = g.add(x, { alpha: decay });
      }
      let t = 1;
      if (split.step) {
        split.step = split.step.add(1);
        t = split.step.item() as number;
      }
      x.sub_(rule(x, g, split, group, t));
      optimizer._remember(p, Object.fromEntries(Object.entries(split).map(([name, value]) => [name, state[name]?.isComplex() ? viewAsComplex(value) : value])));
    }
  });
}
