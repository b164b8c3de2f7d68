/**
 * Model-agnostic meta-learning (Finn et al., 2017, https://arxiv.org/abs/1703.03400) on sine waves: finds weights from which one step
 * of gradient descent on ten points is enough to know a wave. The gradient of what comes after that step leads through the step's
 * own gradient: second derivatives. `--help` lists the options.
 */
import { command, count, positive } from './lib/command.mjs';
import torsh, { autograd, func, nn, optim } from 'torsh';

const options = command('Learns to learn sine waves from a few points, by second derivatives.', {
  steps: count(1500, 'steps of meta-training'),
  tasks: count(8, 'waves in a step'),
  shots: count(10, 'points of a wave to adapt to'),
  innerLr: positive(0.02, 'learning rate of the adaptation'),
  lr: positive(0.005, 'learning rate of the meta-training'),
  testTasks: count(50, 'new waves to test with'),
});
const { shots, innerLr } = options;
const { mseLoss } = nn.functional;

/** A wave of some amplitude and phase: call it to get points of it, [x, y], both (n, 1). */
function sineWave() {
  const amplitude = 0.1 + 4.9 * torsh.rand([]).item();
  const phase = Math.PI * torsh.rand([]).item();
  return (n) => {
    const x = torsh.rand(n, 1).mul(10).sub(5);
    return [x, x.sub(phase).sin().mul(amplitude)];
  };
}

torsh.manualSeed(options.seed);
const model = new nn.Sequential(new nn.Linear(1, 40), new nn.Tanh(), new nn.Linear(40, 40), new nn.Tanh(), new nn.Linear(40, 1));
const own = Object.fromEntries(model.namedParameters());
const lossOf = (weights, [x, y]) => mseLoss(func.functionalCall(model, weights, x), y);

/** The weights after `steps` steps of gradient descent on a few points; with createGraph gradients lead back through the steps. */
function adapt(points, { steps = 1, createGraph = false } = {}) {
  let weights = own;
  for (let step = 0; step < steps; step++) {
    const names = Object.keys(weights);
    const grads = autograd.grad(lossOf(weights, points), Object.values(weights), { createGraph });
    weights = Object.fromEntries(names.map((name, i) => [name, weights[name].sub(grads[i].mul(innerLr))]));
  }
  return weights;
}

const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
const every = Math.max(1, Math.floor(options.steps / 10));
let sum = 0, summed = 0;
for (let step = 1; step <= options.steps; step++) {
  sum += torsh.tidy(() => {
    optimizer.zeroGrad();
    const losses = Array.from({ length: options.tasks }, () => {
      const wave = sineWave();
      return lossOf(adapt(wave(shots), { createGraph: true }), wave(shots)); // other points than those adapted to
    });
    const loss = torsh.stack(losses).mean();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
  summed++;
  if (step % every === 0 || step === options.steps) {
    console.log(`step ${step}/${options.steps}  loss after adapting ${(sum / summed).toFixed(4)}`);
    sum = summed = 0;
  }
}

const tested = [0, 1, 5];
const totals = tested.map(() => 0);
for (let i = 0; i < options.testTasks; i++) {
  torsh.tidy(() => {
    const wave = sineWave();
    const points = wave(shots), unseen = wave(100);
    tested.forEach((steps, k) => { totals[k] += lossOf(adapt(points, { steps }), unseen).item() / options.testTasks; });
  });
}
console.log(`\nOn ${options.testTasks} new waves, mean squared error after adapting to ${shots} points:\n`);
tested.forEach((steps, k) => console.log(`  ${steps} step${steps === 1 ? ' ' : 's'}  ${totals[k].toFixed(4)}`));
