/**
 * Deep Q-learning (Mnih et al., 2015, https://doi.org/10.1038/nature14236) on a cart-pole: a network learns what each push is worth,
 * from what it has tried, with a slowly following copy of itself as the target. `--help` lists the options.
 */
import { command, count, positive } from './lib/command.mjs';
import torsh, { nn, optim } from 'torsh';
import { CartPole } from './lib/cart-pole.mjs';

const options = command('Learns to balance a pole on a cart, by deep Q-learning.', {
  episodes: count(200, 'episodes to learn from, at most'),
  batchSize: count(64, 'remembered steps in a step of learning'),
  lr: positive(0.001, 'learning rate'),
  memory: count(50000, 'steps to remember'),
  testEpisodes: count(5, 'episodes of a test, without exploring'),
});
const GAMMA = 0.99, TAU = 0.01; // what a later reward is worth; how fast the target follows
const exploring = (step) => 0.05 + 0.85 * Math.exp(-step / 1000); // the share of random pushes

/** The last steps that were made, in arrays that are written round and round. */
class ReplayMemory {
  constructor(size) {
    const [states, next] = [new Float32Array(size * 4), new Float32Array(size * 4)];
    const [actions, rewards, alive] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)];
    Object.assign(this, { size, count: 0, states, next, actions, rewards, alive });
  }

  push(state, action, reward, next, terminated) {
    const at = this.count++ % this.size;
    this.states.set(state, at * 4);
    this.next.set(next, at * 4);
    this.actions[at] = action;
    this.rewards[at] = reward;
    this.alive[at] = terminated ? 0 : 1;
  }

  /** Random steps as tensors: [states (n, 4), actions (n, 1) int64, rewards (n), next states (n, 4), alive (n)]. */
  sample(n) {
    const rows = torsh.randint(0, Math.min(this.count, this.size), [n]).tolist();
    const pick = (values, width) => torsh.tensor(Float32Array.from({ length: n * width }, (_, i) => values[rows[Math.floor(i / width)] * width + (i % width)]));
    return [
      pick(this.states, 4).view(n, 4), pick(this.actions, 1).to('int64').view(n, 1), pick(this.rewards, 1), pick(this.next, 4).view(n, 4), pick(this.alive, 1),
    ];
  }
}

const qNet = () => new nn.Sequential(new nn.Linear(4, 64), new nn.ReLU(), new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 2));

torsh.manualSeed(options.seed);
const random = () => torsh.rand([]).item();
const env = new CartPole(random);
const model = qNet(), target = qNet();
target.loadStateDict(model.stateDict());
const optimizer = new optim.AdamW(model.parameters(), { lr: options.lr });
const memory = new ReplayMemory(options.memory);

const best = (state) => torsh.tidy(() => torsh.noGrad(() => model(torsh.tensor(state)).argmax().item()));

/** A step of learning: what a push was worth should be its reward and what the target thinks of the state it led to. */
function learn() {
  torsh.tidy(() => {
    const [states, actions, rewards, next, alive] = memory.sample(options.batchSize);
    const values = model(states).gather(1, actions).squeeze(1);
    const wanted = torsh.noGrad(() => {
      const choice = model(next).argmax(1, true); // chosen by the one, valued by the other: double Q-learning
      return target(next).gather(1, choice).squeeze(1).mul(alive).mul(GAMMA).add(rewards);
    });
    optimizer.zeroGrad();
    nn.functional.smoothL1Loss(values, wanted).backward();
    nn.utils.clipGradNorm_(model.parameters(), 10);
    optimizer.step();
    torsh.noGrad(() => {
      const own = [...model.parameters()];
      [...target.parameters()].forEach((p, i) => p.lerp_(own[i], TAU));
    });
  });
}

/** Plays an episode; returns how many steps the pole stood. */
function play(choose, onStep = () => {}) {
  let state = env.reset();
  for (let length = 1; ; length++) {
    const action = choose(state);
    const { state: next, reward, terminated, truncated } = env.step(action);
    onStep(state, action, reward, next, terminated);
    if (terminated || truncated) return length;
    state = next;
  }
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const test = () => mean(Array.from({ length: options.testEpisodes }, () => play(best)));

// What is learned is also forgotten again: the weights that stood longest in a test are kept.
let kept = null, score = test();
console.log(`before learning the pole stands ${score.toFixed(1)} steps on average, of at most ${env.most}`);
const lengths = [], every = Math.max(1, Math.ceil(options.episodes / 20));
for (let episode = 1; episode <= options.episodes && score < env.most; episode++) {
  const length = play(
    (state) => (random() < exploring(memory.count) ? Number(random() < 0.5) : best(state)),
    (...step) => {
      memory.push(...step);
      if (memory.count >= options.batchSize) learn();
    },
  );
  lengths.push(length);
  if (length >= Math.max(...lengths)) {
    const now = test();
    if (now > score) {
      score = now;
      kept = Object.entries(model.stateDict()).map(([name, value]) => [name, value.clone()]);
    }
  }
  if (episode % every === 0 || episode === options.episodes || score === env.most) {
    const recent = lengths.slice(-every);
    console.log(`episode ${episode}/${options.episodes}  steps ${mean(recent).toFixed(1)}  best test ${score.toFixed(1)}  exploring ${(100 * exploring(memory.count)).toFixed(0)} %`);
  }
}
if (kept) model.loadStateDict(Object.fromEntries(kept));
console.log(`\nThe best weights keep the pole up for ${test().toFixed(1)} steps on average, of at most ${env.most}.`);
