// Whole training runs on the digits, loss by loss as in PyTorch (training.json): every loss within 2 %.
const torsh = require('torsh');
const { loadTraining } = require('./support/goldenset');
const { readDigits } = require('./support/digits');
const { camel } = require('./support/golden');

const { nn } = torsh;
const models = {
  mlp: () => new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 32), new nn.Tanh(), new nn.Linear(32, 10)),
  cnn: () => new nn.Sequential(
    new nn.Conv2d(1, 8, 3, { padding: 1 }), new nn.BatchNorm2d(8), new nn.ReLU(), new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 3, { padding: 1 }), new nn.ReLU(), new nn.Flatten(), new nn.Dropout(0.25), new nn.Linear(256, 10),
  ),
};

const options = (kwargs) => Object.fromEntries(Object.entries(kwargs).map(([k, v]) => [camel(k), v]));

for (const { seed, model: name, optimizer: kind, kwargs, steps, batch, losses, test_accuracy: accuracy } of loadTraining().training) {
  test(`${name} with ${kind}, seed ${seed}`, () => torsh.tidy(() => {
    const digits = readDigits();
    const shape = name === 'cnn' ? [-1, 1, 8, 8] : [-1, 64];
    const x = torsh.tensor(digits.pixels).reshape(shape);
    const y = torsh.tensor(BigInt64Array.from(digits.labels, BigInt));
    torsh.manualSeed(seed);
    const model = models[name]();
    const optimizer = new torsh.optim[kind](model.parameters(), options(kwargs));
    const off = [];
    for (let t = 0; t < steps; t++) torsh.tidy(() => {
      const rows = Array.from({ length: batch }, (_, i) => (t * batch + i) % 1500);
      const loss = nn.functional.crossEntropy(model(x.at(rows)), y.at(rows));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      const got = loss.item();
      if (!(Math.abs(got - losses[t]) <= 0.02 * losses[t])) off.push(`step ${t}: ${got} instead of ${losses[t]}`);
    });
    expect(off).toEqual([]);
    model.eval();
    const right = torsh.noGrad(() => model(x.at('1500:')).argmax(1).eq(y.at('1500:')).to('float32').mean().item());
    // Losses follow PyTorch's; a few of the 297 digits lie so near the edge that rounding decides them.
    expect(Math.abs(right - accuracy)).toBeLessThanOrEqual(0.03);
  }));
}
