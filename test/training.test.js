// Whole training runs on the digits, loss by loss as in PyTorch (training.json): every loss within 2 %.
const torsh = require('torsh');
const { loadTraining } = require('./support/goldenset');
const { trainAsRecorded } = require('./support/digits');
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

for (const run of loadTraining().training) {
  test(`${run.model} with ${run.optimizer}, seed ${run.seed}`, () => torsh.tidy(() => trainAsRecorded(run, {
    shape: run.model === 'cnn' ? [-1, 1, 8, 8] : [-1, 64],
    make: models[run.model],
    train(model) {
      const optimizer = new torsh.optim[run.optimizer](model.parameters(), options(run.kwargs));
      return (loss) => {
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      };
    },
  })));
}
