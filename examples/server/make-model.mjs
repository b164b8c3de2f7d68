/** Weights for a first try: MNIST's network, trained for some seconds on the digits that come with torsh, drawn at MNIST's size. */
import { mnistNet } from '../lib/mnist-net.mjs';
import { loadUci } from '../lib/load-digits.mjs';
import { toTensors } from '../lib/digits-net.mjs';
import torsh from './torsh.mjs';

const EPOCHS = 3, BATCH = 32, RATE = 0.003;

/** Digits of 8x8 as MNIST has them: 20x20 in the middle of 28x28. */
const drawn = (images) => torsh.nn.functional.pad(torsh.nn.functional.interpolate(images, { size: [20, 20], mode: 'bilinear' }), [4, 4, 4, 4]);

/** Trains and writes the file; tells how far it is. */
export function makeModel(file, say = console.log) {
  const { nn, optim, utils } = torsh, set = loadUci();
  say('no model yet: training one on the digits that come with torsh');
  torsh.manualSeed(0);
  const model = mnistNet(torsh), optimizer = new optim.Adam(model.parameters(), { lr: RATE });
  const { images, labels } = toTensors(torsh, set, set.train);
  const loader = new utils.data.DataLoader(new utils.data.TensorDataset(drawn(images), labels), { batchSize: BATCH, shuffle: true });
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    let total = 0;
    for (const [x, y] of loader) {
      torsh.tidy(() => {
        optimizer.zeroGrad();
        const loss = nn.functional.crossEntropy(model(x), y);
        loss.backward();
        optimizer.step();
        total += loss.item();
      });
    }
    say(`  epoch ${epoch}/${EPOCHS}  loss ${(total / loader.length).toFixed(4)}`);
  }
  model.eval();
  const test = toTensors(torsh, set, set.test);
  const right = torsh.tidy(() => torsh.noGrad(() => model(drawn(test.images)).argmax(1).eq(test.labels).sum().item()));
  say(`  reads ${right} of ${set.test.count} others rightly`);
  torsh.save(model.stateDict(), file);
}
