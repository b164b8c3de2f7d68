/**
 * A pole on a cart, to be balanced by pushing the cart left (0) or right (1): the task of Barto, Sutton and Anderson, "Neuronlike adaptive
 * elements that can solve difficult learning control problems" (1983). A state is [position, velocity, angle, angular velocity],
 * each divided by about the most that it becomes.
 */
const GRAVITY = 9.8, CART = 1, POLE = 0.1, HALF_LENGTH = 0.5, FORCE = 10, SECONDS = 0.02;
const FARTHEST = 2.4, STEEPEST = (12 * Math.PI) / 180;
const SCALE = [FARTHEST, 2, STEEPEST, 2];

export class CartPole {
  /** random() gives numbers from 0 to 1; an episode ends after `most` steps at the latest. */
  constructor(random, most = 500) {
    Object.assign(this, { random, most });
    this.reset();
  }

  /** Begins an episode; returns its first state. */
  reset() {
    this.steps = 0;
    this.physics = Array.from({ length: 4 }, () => 0.1 * this.random() - 0.05);
    return this.state;
  }

  get state() {
    return this.physics.map((value, i) => value / SCALE[i]);
  }

  /** Pushes; returns { state, reward, terminated (it fell), truncated (the time is up) }. */
  step(action) {
    const [x, v, angle, turning] = this.physics;
    const cos = Math.cos(angle), sin = Math.sin(angle);
    const push = ((action === 1 ? FORCE : -FORCE) + POLE * HALF_LENGTH * turning ** 2 * sin) / (CART + POLE);
    const angular = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - (POLE * cos ** 2) / (CART + POLE)));
    const linear = push - (POLE * HALF_LENGTH * angular * cos) / (CART + POLE);
    this.physics = [x + SECONDS * v, v + SECONDS * linear, angle + SECONDS * turning, turning + SECONDS * angular];
    const terminated = Math.abs(this.physics[0]) > FARTHEST || Math.abs(this.physics[2]) > STEEPEST;
    return { state: this.state, reward: 1, terminated, truncated: ++this.steps >= this.most && !terminated };
  }
}
