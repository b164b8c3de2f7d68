import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { uciSet } from '../examples/lib/digit-set.mjs';
import { accuracy, predict, train as trainDigits } from '../examples/lib/digits-net.mjs';
import { gallery } from '../examples/lib/gallery.mjs';
import { backend, json as jsonOption, positive, positiveWhole, text, UsageError, whole } from './arguments.mjs';
import { bold, bytes, json, safe } from './text.mjs';
import { Refusal } from './torsh.mjs';

const SHOWN = 5;
/** The build puts the digits beside the command. */
const digits = () => uciSet(gunzipSync(readFileSync(new URL('digits.csv.gz', import.meta.url))).toString('latin1'), 'digits.csv');

/** What can be said of the file before there is something to write into it. */
function checkSave(file) {
  if (!/\.(safetensors|pth?)$/i.test(file)) throw new UsageError(`--save must name a .safetensors or .pt file, not '${file}'`);
  if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory()) throw new Refusal(`'${file}' cannot be written: there is no folder '${dirname(file)}'`);
}

async function run({ epochs, batch, lr, seed, save, json: machine }, torsh) {
  const set = digits(), log = [];
  const say = (line) => { if (!machine) console.log(line); };
  const { name, threads } = torsh.backend;
  say(`${bold(set.name)}: ${set.train.count} pictures of ${set.height}x${set.width} to train on, ${set.test.count} others to test with; ${name}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`);
  const model = await trainDigits(torsh, set, {
    seed, epochs, batchSize: batch, lr,
    onStep() {},
    onEpoch(epoch) {
      log.push(epoch);
      say(`  epoch ${epoch.epoch}/${epochs}  loss ${epoch.loss.toFixed(4)}  ${epoch.seconds.toFixed(2)} s`);
    },
  });
  const read = predict(torsh, model, set, set.test);
  const share = accuracy(read, set.test.labels);
  say(`\ntest accuracy ${(100 * share).toFixed(1)} %. What it reads:\n`);
  const size = set.height * set.width;
  say(gallery(Array.from({ length: SHOWN }, (_, i) => ({
    pixels: set.test.pixels.subarray(i * size, (i + 1) * size), captions: [`is ${set.test.labels[i]}`, `reads ${read[i]}`],
  })), set));
  if (save !== null) {
    torsh.save(model.stateDict(), save);
    say(`\nThe model is in ${safe(save)} (${bytes(torsh.inspectFile(save).size)}): torsh inspect and torsh summary show it.`);
  }
  if (machine) console.log(json({ backend: name, epochs: log, testAccuracy: share, saved: save }));
}

export const train = {
  about: 'trains a small convolutional network on handwritten digits that come with torsh, in seconds',
  line: 'digits',
  operands: [1, 1, 'what to train (digits)'],
  options: {
    epochs: positiveWhole('passes over the digits', 10),
    batch: positiveWhole('digits in a step', 32),
    lr: positive('learning rate', 0.003),
    seed: whole('of weights, order and dropout', 0),
    save: text('keep the model: .safetensors or .pt', 'FILE'),
    backend,
    json: jsonOption,
  },
  async run(values, [what], loadTorsh) {
    if (what !== 'digits') throw new UsageError(`there is nothing called '${what}' to train; there is: digits`);
    if (values.save !== null) checkSave(values.save);
    await run(values, loadTorsh());
  },
};
