/** A small convolutional network for digits, its training and its use; `torsh` is any backend's. */

/** Inputs [n, 1, height, width] in 0..1, outputs [n, 10]. */
export function digitsNet(torsh, { height, width }) {
  const { nn } = torsh;
  return new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.BatchNorm2d(16),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Dropout(0.25),
    new nn.Linear(32 * Math.floor(height / 4) * Math.floor(width / 4), 10),
  );
}

/** Pictures [n, 1, height, width] and labels [n] as tensors. */
export function toTensors(torsh, { height, width, ink }, part) {
  const images = torsh.tensor(part.pixels, { dtype: 'float32' }).div(ink).reshape(-1, 1, height, width);
  return { images, labels: torsh.tensor(part.labels, { dtype: 'int64' }) };
}

/** Trains a new network; calls onStep({ epoch, step, steps, loss }) and onEpoch({ epoch, loss, seconds }). */
export async function train(torsh, set, { seed, epochs, batchSize, lr, onStep, onEpoch }) {
  const { nn, optim, utils } = torsh;
  torsh.manualSeed(seed);
  const model = digitsNet(torsh, set);
  const optimizer = new optim.AdamW(model.parameters(), { lr });
  const { images, labels } = toTensors(torsh, set, set.train);
  const loader = new utils.data.DataLoader(new utils.data.TensorDataset(images, labels), { batchSize, shuffle: true });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const begin = performance.now();
    let total = 0, step = 0;
    for await (const [x, y] of loader) {
      const loss = torsh.tidy(() => {
        optimizer.zeroGrad();
        const value = nn.functional.crossEntropy(model(x), y);
        value.backward();
        optimizer.step();
        return value.item();
      });
      total += loss * x.shape[0];
      onStep({ epoch, step: ++step, steps: loader.length, loss });
    }
    onEpoch({ epoch, loss: total / set.train.count, seconds: (performance.now() - begin) / 1000 });
  }
  return model;
}

/** The digit that the network sees in each picture of a part, as an array. */
export function predict(torsh, model, set, part, batchSize = 500) {
  model.eval();
  const { images } = toTensors(torsh, set, part);
  const digits = torsh.noGrad(() => images.split(batchSize).flatMap((x) => torsh.tidy(() => model(x).argmax(1).tolist())));
  model.train();
  return digits;
}

export const accuracy = (digits, labels) => digits.filter((digit, i) => digit === labels[i]).length / labels.length;
