/**
 * Classifies the rows of a table: reads a CSV file, scales its columns, trains a small network, and shows on rows that it has not
 * seen which classes it takes for which. `--help` lists the options.
 */
import { mkdirSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command, count, positive, text } from './lib/command.mjs';
import torsh, { charts, metrics, nn, optim, train, utils } from 'torsh';
import { matrixText, readTable } from './lib/table.mjs';

const options = command('Classifies the rows of a table: by default 178 wines, by what a chemist measured.', {
  data: text(null, 'a CSV file: names, then rows (default: the wines)', 'FILE'),
  target: text(null, 'the name of the column of classes (default: the last)', 'NAME'),
  epochs: count(30, 'passes over the training rows'),
  batchSize: count(16, 'rows in a step'),
  lr: positive(0.01, 'learning rate'),
  chart: text(null, 'the picture, .svg or .png (default: build/tabular.svg)', 'FILE'),
});

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Rows to train on and to test with, each class in both: [train, test], arrays of row numbers. */
function stratified(y, share = 0.25) {
  const rest = [], tested = [], labels = y.tolist();
  for (const label of new Set(labels)) {
    const rows = labels.flatMap((l, i) => (l === label ? [i] : []));
    const shuffled = torsh.randperm(rows.length).tolist().map((i) => rows[i]);
    const n = Math.round(rows.length * share);
    tested.push(...shuffled.slice(0, n));
    rest.push(...shuffled.slice(n));
  }
  return [rest, tested];
}

/** Draws the matrix where the packages that do it are installed; tells what came of it. */
async function drawn(matrix, labels, file) {
  try {
    await charts.confusionMatrix(matrix, { labels }).save(file);
    return `The same as a picture: ${relative('', file)}`;
  } catch (error) {
    if (error.code !== 'ERR_UNSUPPORTED') throw error;
    return `No picture of it: ${error.message}`; // a package is not installed; the message says which
  }
}

torsh.manualSeed(options.seed);
const data = options.data ?? here('data/wine.csv');
const { x, y, features, classes } = readTable(data, options.target);
const [trainRows, testRows] = stratified(y);
console.log(`${relative('', data)}: ${x.shape[0]} rows of ${features.length} numbers and ${classes.length} classes, ${testRows.length} kept to test with`);

// Only what is trained on may decide how columns are scaled.
const scaler = new utils.data.transforms.StandardScaler().fit(x.at(trainRows));
const part = (rows) => new utils.data.TensorDataset(scaler.transform(x.at(rows)), y.at(rows));
const trainLoader = new utils.data.DataLoader(part(trainRows), { batchSize: options.batchSize, shuffle: true });
const testLoader = new utils.data.DataLoader(part(testRows), { batchSize: 256 });

const model = new nn.Sequential(
  new nn.Linear(features.length, 32),
  new nn.ReLU(),
  new nn.Dropout(0.2),
  new nn.Linear(32, classes.length),
);
const { history } = await train.fit(model, trainLoader, {
  optimizer: new optim.AdamW(model.parameters(), { lr: options.lr, weightDecay: 0.01 }),
  loss: nn.functional.crossEntropy,
  epochs: options.epochs,
  progress: false,
});
console.log(`loss ${history[0].loss.toFixed(4)} in the first epoch, ${history.at(-1).loss.toFixed(4)} in the last of ${history.length}`);

const task = { task: 'multiclass', numClasses: classes.length };
const accuracy = new metrics.Accuracy({ ...task, average: 'micro' });
const f1 = new metrics.F1Score({ ...task, average: 'macro' });
const confusion = new metrics.ConfusionMatrix(task);
model.eval();
for await (const [inputs, labels] of testLoader) {
  const logits = torsh.noGrad(() => model(inputs));
  for (const metric of [accuracy, f1, confusion]) metric.update(logits, labels);
}
console.log(`test accuracy ${(100 * accuracy.compute().item()).toFixed(1)} %, macro F1 ${f1.compute().item().toFixed(3)}`);
const matrix = confusion.compute();
console.log(`\nRows are what is true, columns what the network says:\n\n${matrixText(matrix.tolist(), classes)}\n`);
const file = options.chart ?? here('../build/tabular.svg');
if (options.chart === null) mkdirSync(dirname(file), { recursive: true });
console.log(await drawn(matrix, classes, file));
