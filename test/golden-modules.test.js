// Modules against golden values of real PyTorch: every module of the set that torsh has.
const torsh = require('torsh');
const { loadIndex, load } = require('./support/goldenset');
const { lookup, replayModule } = require('./support/golden');

const required = ['Linear', 'Conv1d', 'Conv2d', 'BatchNorm1d', 'BatchNorm2d', 'LayerNorm', 'Embedding', 'Flatten', 'ReLU', 'GELU', 'SiLU', 'Sigmoid', 'Tanh', 'Softmax',
  'LogSoftmax', 'MaxPool2d', 'AvgPool2d', 'CrossEntropyLoss', 'NLLLoss', 'MSELoss'];
const { modules } = loadIndex();

test('the set has every required module', () => {
  expect(required.filter((name) => !modules[name])).toEqual([]);
});

for (const [name, entry] of Object.entries(modules)) {
  const golden = load(entry.file);
  if (!golden.samples.every((s) => typeof lookup(s.module) === 'function')) {
    if (required.includes(name)) {
      test(`nn.${name} exists`, () => {
        throw new Error(`torsh lacks ${entry.paths.join(', ')}`);
      });
    }
    continue;
  }
  describe(`nn.${name}`, () => {
    for (const sample of golden.samples) {
      test(`${sample.id} ${sample.dtype} ${sample.desc ?? ''}`, () => {
        const problems = torsh.tidy(() => replayModule(golden, sample));
        if (problems.length > 0) throw new Error(problems.join('\n'));
      });
    }
  });
}
