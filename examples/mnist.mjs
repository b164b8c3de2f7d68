/**
 * A convolutional network that reads MNIST's handwritten digits. `--help` lists the options.
 *
 *   node examples/mnist.mjs --data DIR
 */
import { command, count, positive, text } from './lib/command.mjs';
import torsh, { nn, optim, utils } from 'torsh';
import { toTensors } from './lib/digits-net.mjs';
import { InputError } from './lib/input-error.mjs';
import { loadMnist } from './lib/load-digits.mjs';
import { mnistNet } from './lib/mnist-net.mjs';

const options = command("Trains a convolutional network on MNIST's handwritten digits.", {
  data: text(null, 'folder of its files; of one pair the last fifth is the test', 'DIR'),
  epochs: count(3, 'passes over the training digits'),
  batchSize: count(64, 'digits in a step'),
  lr: positive(0.002, 'the highest learning rate'),
  save: text(null, 'where the trained model goes, if anywhere', 'FILE'),
});

function evaluate(model, loader) {
  model.eval();
  let loss = 0, right = 0;
  torsh.noGrad(() => {
    for (const [x, y] of loader) {
      torsh.tidy(() => {
        const output = model(x);
        loss += nn.functional.crossEntropy(output, y, { reduction: 'sum' }).item();
        right += output.argmax(1).eq(y).sum().item();
      });
    }
  });
  const n = loader.dataset.length;
  return { loss: loss / n, accuracy: right / n };
}

if (options.data === null) {
  throw new InputError(`--data DIR is needed: a folder with MNIST's files, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz, and for more to train on the train-... ones. They are at
  https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz
  https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz`);
}
const set = loadMnist(options.data);
console.log(`${set.train.count} pictures of ${set.height}x${set.width} to train on, ${set.test.count} to test with; ${torsh.backend.name}, ${torsh.backend.threads} threads`);

torsh.manualSeed(options.seed);
const loaderOf = (part, more) => {
  const { images, labels } = toTensors(torsh, set, part);
  return new utils.data.DataLoader(new utils.data.TensorDataset(images, labels), more);
};
const trainLoader = loaderOf(set.train, { batchSize: options.batchSize, shuffle: true });
const testLoader = loaderOf(set.test, { batchSize: 500 });

const model = mnistNet(torsh, set);
const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, options.lr, { totalSteps: options.epochs * trainLoader.length });

const begin = performance.now();
for (let epoch = 1; epoch <= options.epochs; epoch++) {
  model.train();
  let total = 0;
  for (const [x, y] of trainLoader) {
    torsh.tidy(() => {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model(x), y);
      loss.backward();
      optimizer.step();
      scheduler.step();
      total += loss.item();
    });
  }
  const test = evaluate(model, testLoader);
  console.log(`epoch ${epoch}/${options.epochs}  loss ${(total / trainLoader.length).toFixed(4)}  test loss ${test.loss.toFixed(4)}  test accuracy ${(100 * test.accuracy).toFixed(2)} %  ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}
if (options.save !== null) torsh.save(model.stateDict(), options.save);
