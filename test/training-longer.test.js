// Longer training runs on the digits, read row by row by a Transformer and by an LSTM, loss by loss as in PyTorch (fixtures/transformer.py).
const torsh = require('torsh');
const { trainAsRecorded } = require('./support/digits');
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

for (const run of runs) {
  test(`${run.model}: ${run.steps} steps`, () => torsh.tidy(() => trainAsRecorded(run, {
    shape: [-1, 8, 8], labelSmoothing: 0.05,
    make: () => new { Transformer, Recurrent }[run.model](),
    train(model) {
      const optimizer = new torsh.optim.AdamW(model.parameters(), { lr: 0.003, weightDecay: 0.01 });
      const scheduler = new torsh.optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: run.steps });
      return (loss) => {
        optimizer.zeroGrad();
        loss.backward();
        nn.utils.clipGradNorm_(model.parameters(), 1);
        optimizer.step();
        scheduler.step();
      };
    },
  })));
}
