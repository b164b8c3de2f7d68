/**
 * A recurrent network that learns how first names are made, letter by letter, and makes up new ones. `--help` lists the options.
 *
 *   node examples/names-rnn.mjs
 */
import { command, count, positive, text } from './lib/command.mjs';
import torsh, { nn, optim, utils } from 'torsh';
import { InputError } from './lib/input-error.mjs';
import { loadText } from './lib/load-text.mjs';

const options = command('Trains a GRU on first names and lets it make up new ones.', {
  data: text(null, 'names to learn from, one a line (default: the 32,033 that come with torsh)', 'FILE'),
  steps: count(1000, 'steps of training'),
  batchSize: count(64, 'names in a step'),
  hidden: count(128, 'features of the state'),
  lr: positive(0.005, 'the highest learning rate'),
  samples: count(20, 'names to make up'),
  temperature: positive(0.8, 'low is careful, high is bold'),
  save: text(null, 'where the trained model goes, if anywhere', 'FILE'),
});

class NameRNN extends nn.Module {
  constructor(vocabSize, hidden) {
    super();
    this.embedding = new nn.Embedding(vocabSize, 32);
    this.rnn = new nn.GRU(32, hidden, { batchFirst: true });
    this.head = new nn.Linear(hidden, vocabSize);
  }

  /** Letters [batch, time] to logits of the next ones [batch, time, vocabSize], and the state to go on from. */
  forward(x, state = null) {
    const [out, last] = this.rnn(this.embedding(x), state);
    return [this.head(out), last];
  }
}

const names = loadText(options.data, 'names.txt').split('\n').map((name) => name.trim()).filter((name) => name !== '');
if (names.length < 20) throw new InputError(`${names.length} names are too few to learn from`);

// A line's end stands before each name and after it.
const END = '\n';
const tokenizer = utils.data.CharTokenizer.train(names.join('') + END);
const [end] = tokenizer.encode(END);
const encoded = names.map((name) => torsh.tensor(tokenizer.encode(END + name + END), { dtype: 'int64' }));

/** Names of several lengths as inputs and targets; what fills the short ones up does not count. */
const IGNORED = -100;
function collate(batch) {
  const x = nn.utils.rnn.padSequence(batch.map((ids) => ids.at(torsh.slice(-1))), { batchFirst: true });
  const y = nn.utils.rnn.padSequence(batch.map((ids) => ids.at(torsh.slice(1, null))), { batchFirst: true, paddingValue: IGNORED });
  return [x, y];
}

torsh.manualSeed(options.seed);
const [trainSet, testSet] = utils.data.randomSplit(encoded, [0.9, 0.1]);
const trainLoader = new utils.data.DataLoader(trainSet, { batchSize: options.batchSize, shuffle: true, collateFn: collate });
const testLoader = new utils.data.DataLoader(testSet, { batchSize: 512, collateFn: collate });

const model = new NameRNN(tokenizer.vocabSize, options.hidden);
const optimizer = new optim.Adam(model.parameters(), { lr: options.lr });
const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, options.steps);
const lossOf = ([x, y], reduction = 'mean') => nn.functional.crossEntropy(model(x)[0].flatten(0, 1), y.flatten(), { ignoreIndex: IGNORED, reduction });

/** The mean loss of a letter of the names that were kept back. */
function testLoss() {
  let total = 0, letters = 0;
  for (const batch of testLoader) {
    total += torsh.noGrad(() => torsh.tidy(() => lossOf(batch, 'sum').item()));
    letters += torsh.tidy(() => batch[1].ne(IGNORED).sum().item());
  }
  return total / letters;
}

function sample(length = 20) {
  return torsh.noGrad(() => torsh.tidy(() => {
    const ids = [];
    let letter = end, state = null, logits;
    while (ids.length < length) {
      [logits, state] = model(torsh.tensor([[letter]], { dtype: 'int64' }), state);
      letter = torsh.multinomial(logits.at(0, -1).div(options.temperature).softmax(-1), 1).item();
      if (letter === end) break;
      ids.push(letter);
    }
    return tokenizer.decode(ids);
  }));
}

console.log(`${trainSet.length} names to train on, ${testSet.length} to test with, ${tokenizer.vocabSize - 1} letters; ${torsh.backend.name}, ${torsh.backend.threads} threads`);
const begin = performance.now();
let step = 0;
while (step < options.steps) {
  for (const batch of trainLoader) {
    const loss = torsh.tidy(() => {
      optimizer.zeroGrad();
      const value = lossOf(batch);
      value.backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      optimizer.step();
      scheduler.step();
      return value.item();
    });
    step++;
    if (step % 100 === 0 || step === 1 || step === options.steps) {
      console.log(`step ${step}/${options.steps}  loss ${loss.toFixed(4)}  test loss ${testLoss().toFixed(4)}  ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    }
    if (step === options.steps) break;
  }
}
if (options.save !== null) torsh.save(model.stateDict(), options.save);

const known = new Set(names);
const made = Array.from({ length: options.samples }, () => sample());
console.log(`\n${made.map((name) => (known.has(name) ? name : `${name} *`)).join('\n')}\n\n${made.filter((name) => !known.has(name)).length} of ${made.length} are new (*)`);
