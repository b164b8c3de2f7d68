// Longer training runs on the digits, read row by row by a Transformer and by an LSTM, loss by loss as in PyTorch (fixtures/transformer.py).
const torsh = require('torsh');
const { readDigits } = require('./support/digits');
const { runs } = require('./fixtures/transformer.json');

const { nn } = torsh;

class Transformer extends nn.Module {
  constructor() {
    super();
    this.proj = new nn.Linear(8, 32);
    this.place = new nn.Embedding(8, 32);
    const layer = new nn.TransformerEncoderLayer(32, 4, 64, { dropout: 0.1, batchFirst: true });
    this.encoder = new nn.TransformerEncoder(layer, 2);
    this.head = new nn.Linear(32, 10);
  }
  forward(x) {
    return this.head(this.encoder(this.proj(x).add(this.place(torsh.arange(8)))).mean(1));
  }
}

class Recurrent extends nn.Module {
  constructor() {
    super();
    this.lstm = new nn.LSTM(8, 32, { numLayers: 2, batchFirst: true, bidirectional: true });
    this.head = new nn.Linear(64, 10);
  }
  forward(x) {
    return this.head(this.lstm(x)[0].at(':', -1));
  }
}

for (const { model: name, seed, steps, batch, losses, test_accuracy: accuracy } of runs) {
  test(`${name}: ${steps} steps`, () => torsh.tidy(() => {
    const digits = readDigits();
    const x = torsh.tensor(digits.pixels).reshape(-1, 8, 8);
    const y = torsh.tensor(BigInt64Array.from(digits.labels, BigInt));
    torsh.manualSeed(seed);
    const model = new { Transformer, Recurrent }[name]();
    const optimizer = new torsh.optim.AdamW(model.parameters(), { lr: 0.003, weightDecay: 0.01 });
    const scheduler = new torsh.optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: steps });
    const off = [];
    for (let t = 0; t < steps; t++) torsh.tidy(() => {
      const rows = Array.from({ length: batch }, (_, i) => (t * batch + i) % 1500);
      const loss = nn.functional.crossEntropy(model(x.at(rows)), y.at(rows), { labelSmoothing: 0.05 });
      optimizer.zeroGrad();
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      optimizer.step();
      scheduler.step();
      const got = loss.item();
      if (!(Math.abs(got - losses[t]) <= 0.02 * losses[t])) off.push(`step ${t}: ${got} instead of ${losses[t]}`);
    });
    expect(off).toEqual([]);
    model.eval();
    const right = torsh.noGrad(() => model(x.at('1500:')).argmax(1).eq(y.at('1500:')).to('float32').mean().item());
    // A few of the 297 digits lie so near the edge that rounding decides them.
    expect(Math.abs(right - accuracy)).toBeLessThanOrEqual(0.03);
  }));
}
