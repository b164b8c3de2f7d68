/** Training steps and inference. Variant `compiled`: torsh.compile of the whole call, PyTorch's frozen TorchScript. */
import { beat } from './goals.mjs';

const GPT = { vocabulary: 65, context: 128, width: 256, heads: 4, layers: 4 };
const LSTM = { batch: 32, length: 64, inputs: 128, hidden: 256 };
const variants = ['compiled'];
/** A step takes tfjs more than 15 seconds; convolutions' gradients take jax-js half a minute. */
const minutes = { gpt: ['tfjs-wasm'], cnn: ['jax-js', 'tfjs-wasm'], vision: ['jax-js'] };

export const training = [
  { name: 'training step of an MLP, 784-512-256-10, batch of 128', work: 'mlp', sizes: [784, 512, 256, 10], batch: 128, variants, goals: beat(0.8, 0.6) },
  { name: 'training step of a tiny MLP, 2-16-1, batch of 16', work: 'mlp', sizes: [2, 16, 1], batch: 16, variants, goals: beat(0.5, 0.4) },
  { name: 'training step of a CNN, 28x28, batch of 64', work: 'cnn', batch: 64, variants, goals: [...beat(0.9, null), ['wasm', 2e5], ['wasm chromium', 2e5]], without: minutes.cnn },
  { name: 'training step of a GPT, 4 layers of 256, batch of 16x128', work: 'gpt', train: true, batch: 16, config: GPT, variants, goals: beat(0.8, 0.5), without: minutes.gpt },
  { name: 'LSTM, [32, 64, 128] to 256, forward + backward', work: 'lstm', ...LSTM, backward: true, goals: beat(0.8, 0.4) },
].map((row) => ({ group: 'training', ...row }));

export const inference = [
  { name: 'GPT, 4 layers of 256, batch of 16x128', work: 'gpt', train: false, batch: 16, config: GPT, variants, goals: beat(1, 0.7, ', compiled') },
  { name: 'ResNet-18, one image', work: 'vision', net: 'ResNet18', variants, goals: beat(1, 0.7, ', compiled'), without: minutes.vision },
  { name: 'MobileNetV2, one image', work: 'vision', net: 'MobileNetV2', variants, goals: beat(1, 0.7, ', compiled'), without: minutes.vision },
  { name: 'LSTM, [32, 64, 128] to 256', work: 'lstm', ...LSTM, backward: false, goals: [] },
].map((row) => ({ group: 'inference', ...row }));
