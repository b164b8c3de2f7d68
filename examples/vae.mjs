/**
 * A variational autoencoder that learns to draw handwritten digits: a grid of its drawings goes into a PNG file. `--help` lists the options.
 *
 *   node examples/vae.mjs
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, count, positive, text } from './lib/command.mjs';
import torsh, { nn, optim, utils } from 'torsh';
import { toTensors } from './lib/digits-net.mjs';
import { imageGrid, savePng } from './lib/image-grid.mjs';
import { loadMnist, loadUci } from './lib/load-digits.mjs';
import { gallery } from './lib/gallery.mjs';

const options = command('Trains a variational autoencoder on handwritten digits and lets it draw new ones.', {
  data: text(null, "folder of MNIST's files (default: the 1,797 digits of 8x8 that come with torsh)", 'DIR'),
  epochs: count(60, 'passes over the digits'),
  batchSize: count(64, 'digits in a step'),
  hidden: count(256, 'features of the hidden layers'),
  latent: count(8, 'numbers that a digit is drawn from'),
  lr: positive(0.002, 'learning rate'),
  grid: text(null, 'where the drawings go (default: build/vae.png)', 'FILE'),
  save: text(null, 'where the trained model goes, if anywhere', 'FILE'),
});

class VAE extends nn.Module {
  constructor(height, width, { hidden, latent }) {
    super();
    this.latent = latent;
    this.encoder = new nn.Sequential(new nn.Flatten(), new nn.Linear(height * width, hidden), new nn.ReLU());
    this.mean = new nn.Linear(hidden, latent);
    this.logVar = new nn.Linear(hidden, latent);
    this.decoder = new nn.Sequential(
      new nn.Linear(latent, hidden), new nn.ReLU(), new nn.Linear(hidden, height * width), new nn.Unflatten(1, [1, height, width]));
  }

  /** Pictures to [logits of their pixels, mean, log variance]. */
  forward(x) {
    const h = this.encoder(x);
    const [mean, logVar] = [this.mean(h), this.logVar(h)];
    const z = mean.add(logVar.div(2).exp().mul(torsh.randnLike(mean)));
    return [this.decoder(z), mean, logVar];
  }

  sample(n) {
    return this.decoder(torsh.randn(n, this.latent)).sigmoid();
  }
}

/** What the pictures cost: how they are drawn again, and how far their numbers are from normal ones; the sum over a batch. */
function lossOf(model, x) {
  const [logits, mean, logVar] = model(x);
  const reconstruction = nn.functional.binaryCrossEntropyWithLogits(logits, x, { reduction: 'sum' });
  const divergence = mean.pow(2).add(logVar.exp()).sub(logVar).sub(1).sum().mul(0.5);
  return reconstruction.add(divergence);
}

const set = options.data === null ? loadUci() : loadMnist(options.data);
const [train, test] = [toTensors(torsh, set, set.train).images, toTensors(torsh, set, set.test).images];
console.log(`${set.name}: ${set.train.count} pictures of ${set.height}x${set.width} to train on, ${set.test.count} to test with; ${torsh.backend.name}, ${torsh.backend.threads} threads`);

torsh.manualSeed(options.seed);
const loader = new utils.data.DataLoader(new utils.data.TensorDataset(train), { batchSize: options.batchSize, shuffle: true });
const model = new VAE(set.height, set.width, options);
const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });

const begin = performance.now();
for (let epoch = 1; epoch <= options.epochs; epoch++) {
  let total = 0;
  for (const [x] of loader) {
    total += torsh.tidy(() => {
      optimizer.zeroGrad();
      const loss = lossOf(model, x);
      loss.div(x.shape[0]).backward();
      optimizer.step();
      return loss.item();
    });
  }
  if (epoch > 1 && epoch < options.epochs && epoch % Math.ceil(options.epochs / 10) !== 0) continue;
  const testLoss = torsh.noGrad(() => torsh.tidy(() => lossOf(model, test).item())) / set.test.count;
  console.log(`epoch ${epoch}/${options.epochs}  loss ${(total / set.train.count).toFixed(3)}  test loss ${testLoss.toFixed(3)}  ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}
if (options.save !== null) torsh.save(model.stateDict(), options.save);

// Two rows of digits it has not seen and how it draws them again, then six of its own.
const COLUMNS = 8;
const file = options.grid ?? fileURLToPath(new URL('../build/vae.png', import.meta.url));
torsh.noGrad(() => {
  const seen = test.at(torsh.slice(COLUMNS));
  const [logits] = model(seen);
  const own = model.sample(6 * COLUMNS);
  savePng(imageGrid(torsh.cat([seen, logits.sigmoid(), own]), COLUMNS), file);

  const pictures = own.at(torsh.slice(COLUMNS)).unbind().map((x, i) => ({ pixels: x.flatten().toTypedArray(), captions: [`drawn ${i + 1}`] }));
  console.log(`\n${gallery(pictures, { ...set, ink: 1 })}`);
});
console.log(`\n${relative('', file)}: a row of digits, below each how the model draws it again, then its own.`);
