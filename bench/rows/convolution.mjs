/** Convolutions of images, forward, and with the gradients of input and weight. */
import { beat } from './goals.mjs';

const kinds = {
  '3x3, [8, 64, 56, 56] to 64': { input: [8, 64, 56, 56], out: 64, kernel: 3, padding: 1 },
  '7x7 stride 2, [8, 3, 224, 224] to 64': { input: [8, 3, 224, 224], out: 64, kernel: 7, stride: 2, padding: 3 },
  '3x3 depthwise, [8, 144, 56, 56]': { input: [8, 144, 56, 56], out: 144, kernel: 3, padding: 1, groups: 144 },
  '1x1, [8, 64, 56, 56] to 256': { input: [8, 64, 56, 56], out: 256, kernel: 1 },
};

export const convolutions = [false, true].flatMap((backward) => Object.entries(kinds).map(([name, request]) => ({
  name: `conv ${name}${backward ? ', forward + backward' : ''}`, group: 'conv', work: 'conv', ...request, backward, goals: backward ? beat(0.9, null) : beat(1, 0.85),
  /* Peers without gradients of this op, or with ones that take a minute a call. */
  without: backward ? ['tfjs-wasm', 'jax-js'] : request.kernel === 7 ? ['jax-js'] : [],
})));
