// The handwritten digits of examples/data: 1,797 rows of 64 pixels (0 to 16) and a label.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { gunzipSync } = require('node:zlib');
const torsh = require('torsh');

/** { pixels: Float32Array of n*64 in [0, 1], labels: Int32Array of n, n } */
function readDigits() {
  const text = gunzipSync(readFileSync(join(__dirname, '..', '..', 'examples', 'data', 'digits.csv.gz'))).toString('utf8');
  const rows = text.trim().split('\n').map((line) => line.split(',').map(Number));
  return {
    n: rows.length,
    pixels: Float32Array.from(rows.flatMap((row) => row.slice(0, 64).map((x) => x / 16))),
    labels: Int32Array.from(rows.map((row) => row[64])),
  };
}

/**
 * Trains a model on the first 1500 digits and holds each loss against PyTorch's (within 2 %), then its accuracy on the rest.
 * run: the recorded run; shape: of the input; make(): a model; train(model) gives the step on a loss.
 */
function trainAsRecorded({ seed, steps, batch, losses, test_accuracy: accuracy }, { shape, make, train, labelSmoothing = 0 }) {
  const digits = readDigits();
  const x = torsh.tensor(digits.pixels).reshape(shape);
  const y = torsh.tensor(BigInt64Array.from(digits.labels, BigInt));
  torsh.manualSeed(seed);
  const model = make();
  const step = train(model);
  const off = [];
  for (let t = 0; t < steps; t++) torsh.tidy(() => {
    const rows = Array.from({ length: batch }, (_, i) => (t * batch + i) % 1500);
    const loss = torsh.nn.functional.crossEntropy(model(x.at(rows)), y.at(rows), { labelSmoothing });
    step(loss);
    const got = loss.item();
    if (!(Math.abs(got - losses[t]) <= 0.02 * losses[t])) off.push(`step ${t}: ${got} instead of ${losses[t]}`);
  });
  expect(off).toEqual([]);
  model.eval();
  const right = torsh.noGrad(() => model(x.at('1500:')).argmax(1).eq(y.at('1500:')).to('float32').mean().item());
  // A few of the 297 digits lie so near the edge that rounding decides them.
  expect(Math.abs(right - accuracy)).toBeLessThanOrEqual(0.03);
}

module.exports = { readDigits, trainAsRecorded };
