/** MNIST's digits: the weights that `examples/mnist.mjs --save FILE` writes, or a checkpoint that holds them as model or state_dict. */
import { mnistNet } from '../../lib/mnist-net.mjs';

export function network(torsh, checkpoint) {
  const model = mnistNet(torsh);
  model.loadStateDict(checkpoint.model ?? checkpoint.state_dict ?? checkpoint, { assign: true });
  return { model: (x) => model(x).softmax(1), module: model, input: { shape: [1, 28, 28] }, classes: Array.from({ length: 10 }, (_, i) => String(i)) };
}
