/**
 * A small GPT that learns to write like Shakespeare, character by character. `--help` lists the options.
 *
 *   node examples/char-gpt.mjs
 */
import { command, count, positive, text } from './lib/command.mjs';
import torsh, { nn, optim, utils } from 'torsh';
import { InputError } from './lib/input-error.mjs';
import { loadText } from './lib/load-text.mjs';

const options = command('Trains a small GPT on characters of Shakespeare and lets it write.', {
  data: text(null, 'a text to learn from (default: the 400,000 characters of Shakespeare that come with torsh)', 'FILE'),
  steps: count(1000, 'steps of training'),
  batchSize: count(32, 'pieces of text in a step'),
  context: count(64, 'characters that the model sees at once'),
  layers: count(3, 'blocks of attention and feed-forward'),
  heads: count(4, 'heads of attention'),
  width: count(96, 'features of a character'),
  lr: positive(0.003, 'the highest learning rate'),
  length: count(400, 'characters to write'),
  temperature: positive(0.8, 'low is careful, high is bold'),
  prompt: text('\n', 'what the writing goes on from'),
  save: text(null, 'where the trained model goes, if anywhere', 'FILE'),
});

class Block extends nn.Module {
  constructor(width, heads) {
    super();
    this.heads = heads;
    this.ln1 = new nn.LayerNorm(width);
    this.qkv = new nn.Linear(width, 3 * width);
    this.proj = new nn.Linear(width, width);
    this.ln2 = new nn.LayerNorm(width);
    this.mlp = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));
  }

  attention(x) {
    const [b, t, c] = x.shape;
    const [q, k, v] = this.qkv(x).reshape(b, t, 3, this.heads, c / this.heads).permute(2, 0, 3, 1, 4).unbind();
    const y = nn.functional.scaledDotProductAttention(q, k, v, { isCausal: true });
    return this.proj(y.transpose(1, 2).reshape(b, t, c));
  }

  forward(x) {
    x = x.add(this.attention(this.ln1(x)));
    return x.add(this.mlp(this.ln2(x)));
  }
}

class GPT extends nn.Module {
  constructor(vocabSize, { context, layers, heads, width }) {
    super();
    this.context = context;
    this.token = new nn.Embedding(vocabSize, width);
    this.position = new nn.Embedding(context, width);
    this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block(width, heads)));
    this.ln = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabSize);
    for (const [name, p] of this.namedParameters()) if (p.ndim === 2) nn.init.normal_(p, 0, name.endsWith('proj.weight') ? 0.02 / Math.sqrt(2 * layers) : 0.02);
  }

  /** ids [batch, time] to logits [batch, time, vocabSize]. */
  forward(ids) {
    const positions = torsh.arange(ids.shape[1]);
    return this.head(this.ln(this.blocks(this.token(ids).add(this.position(positions)))));
  }

  /** Goes on from ids [1, time] by `length` characters; returns them all. */
  generate(ids, length, temperature) {
    return torsh.noGrad(() => {
      for (let i = 0; i < length; i++) {
        ids = torsh.tidy(() => {
          const logits = this.forward(ids.at(':', torsh.slice(-this.context, null))).at(':', -1);
          return torsh.cat([ids, torsh.multinomial(logits.div(temperature).softmax(-1), 1)], 1);
        });
      }
      return ids.flatten();
    });
  }
}

const { context, batchSize, steps } = options;
if (options.width % options.heads !== 0) throw new InputError(`--width must be a multiple of --heads, but ${options.width} is none of ${options.heads}`);

const corpus = loadText(options.data, 'shakespeare.txt');
const tokenizer = utils.data.CharTokenizer.train(corpus + options.prompt);
const ids = torsh.tensor(tokenizer.encode(corpus), { dtype: 'int64' });
const cut = Math.floor(0.9 * ids.numel());
const [trainIds, testIds] = [ids.at(torsh.slice(cut)), ids.at(torsh.slice(cut, null))];
if (testIds.numel() <= context + 1) throw new InputError(`the text has ${ids.numel()} characters: too few for a context of ${context}`);

torsh.manualSeed(options.seed);
const model = new GPT(tokenizer.vocabSize, options);
const size = [...model.parameters()].reduce((sum, p) => sum + p.numel(), 0);
console.log(`${ids.numel()} characters, ${tokenizer.vocabSize} different; ${size} parameters; ${torsh.backend.name}, ${torsh.backend.threads} threads`);

/** Pieces of the text, [n, context], and what follows each of their characters. */
function batch(from, n) {
  const at = torsh.randint(0, from.numel() - context, [n, 1]).add(torsh.arange(context));
  return [from.at(at), from.at(at.add(1))];
}
const lossOf = ([x, y]) => nn.functional.crossEntropy(model(x).flatten(0, 1), y.flatten());

// The same pieces of the last tenth each time.
const testBatches = Array.from({ length: 8 }, () => batch(testIds, 32));
const testLoss = () => torsh.noGrad(() => testBatches.reduce((sum, pieces) => sum + torsh.tidy(() => lossOf(pieces).item()), 0) / testBatches.length);

const optimizer = new optim.AdamW(model.parameters(), { lr: options.lr, betas: [0.9, 0.99], weightDecay: 0.1 });
const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, options.lr, { totalSteps: steps, pctStart: 0.1 });
const begin = performance.now();
for (let step = 1; step <= steps; step++) {
  const loss = torsh.tidy(() => {
    optimizer.zeroGrad();
    const value = lossOf(batch(trainIds, batchSize));
    value.backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    optimizer.step();
    scheduler.step();
    return value.item();
  });
  if (step % 100 === 0 || step === 1 || step === steps) {
    console.log(`step ${step}/${steps}  loss ${loss.toFixed(4)}  test loss ${testLoss().toFixed(4)}  ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  }
}
if (options.save !== null) torsh.save(model.stateDict(), options.save);

const prompt = torsh.tensor([tokenizer.encode(options.prompt)], { dtype: 'int64' });
console.log(`\n${tokenizer.decode(model.generate(prompt, options.length, options.temperature)).trim()}`);
