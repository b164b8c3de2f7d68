/** The network that is trained in Node (pretrain.mjs) and goes on in the page. */
import { enlarge } from '../shared/digits.mjs';

export const FEATURES = 48;

/** Pictures [n, 1, 28, 28] to logits [n, classes]. Keys: body.0.weight, ..., head.bias. */
export function makeReader({ nn }, classes) {
  class Reader extends nn.Module {
    constructor() {
      super();
      /** From strokes to shapes, as 48 numbers. */
      this.body = new nn.Sequential(
        new nn.Conv2d(1, 8, 5, { padding: 2 }), new nn.ReLU(), new nn.MaxPool2d(2),
        new nn.Conv2d(8, 16, 5, { padding: 2 }), new nn.ReLU(), new nn.MaxPool2d(2),
        new nn.Flatten(), new nn.Linear(16 * 7 * 7, FEATURES), new nn.ReLU(),
      );
      this.head = new nn.Linear(FEATURES, classes);
    }
    forward(x) { return this.head(this.body(x)); }
  }
  return new Reader();
}

/** A part of the digits (see shared/digits.mjs) as tensors. */
export const toTensors = (torsh, { pixels, labels }) => ({ x: enlarge(torsh, pixels), y: torsh.tensor(labels, { dtype: 'int64' }) });

/** How many pictures it reads correctly, from 0 to 1. */
export const accuracy = (torsh, model, { x, y }) => torsh.tidy(() => torsh.noGrad(() => model(x).argmax(1).eq(y).to('float32').mean().item()));
