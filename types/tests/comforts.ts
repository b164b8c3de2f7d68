// Metrics, comparisons and what else makes training comfortable, as the compiler sees it: nothing here runs. See usage.ts.
import torsh, { charts, metrics, nn, optim, type profiler, train, utils, type Tensor } from 'torsh';

const x: Tensor = torsh.randn(3, 4);
const labels = torsh.randint(0, 4, [3]);

const accuracy: metrics.Accuracy = new torsh.metrics.Accuracy({ task: 'multiclass', numClasses: 4, topK: 2, average: 'macro' });
accuracy.update(x, labels);
const rate: Tensor = torsh.metrics.functional.auroc(x, labels, { task: 'multiclass', numClasses: 4 });
const weighted = new metrics.FBetaScore({ task: 'binary', beta: 2 });
// @ts-expect-error no such task
const wrong = new metrics.Accuracy({ task: 'several' });
torsh.testing.assertClose(x, [[1, 2]], { rtol: 0, atol: 1e-3 });

for (const step of utils.progress(10)) step.toFixed();
for (const row of utils.progress([['a', 1]] as [string, number][], { desc: 'rows' })) row[0].at(0);
const writer: utils.tensorboard.SummaryWriter = new torsh.utils.tensorboard.SummaryWriter('runs/one', { purgeStep: 3 });
writer.addHistogram('w', x, 1, { bins: 'auto' });
// @ts-expect-error a tag comes first
writer.addScalar(3);

const model = new nn.Linear(4, 2);
const trained: Promise<train.FitResult> = torsh.train.fit(model, new utils.data.DataLoader([1, 2]), {
  optimizer: new optim.Adam(model.parameters()), loss: nn.functional.crossEntropy, metrics: { accuracy }, validation: [[x, labels]],
  callbacks: [new train.EarlyStopping({ monitor: 'valLoss', patience: 2 }), new train.CsvLogger('log.csv'), { onEpochEnd: (run: train.Run) => { run.stop('enough'); } }],
});
const module_: Promise<train.FitResult> = train.fit(model, [], { optimizer: new optim.SGD(model.parameters(), { lr: 1 }), loss: new nn.MSELoss() });
// @ts-expect-error an optimizer is needed
void train.fit(model, []);

const prof: profiler.Profile = torsh.profiler.profile({ recordShapes: true });
const measuredSum: number = prof.run(() => torsh.profiler.recordFunction('part', () => 3));
const text: string = prof.keyAverages({ groupByInputShape: true }).table({ sortBy: 'selfCpuTimeTotal', rowLimit: 10 }) + prof.exportChromeTrace();

const curve: charts.LossCurve = torsh.charts.lossCurve([{ epoch: 1, loss: 2 }], { theme: 'dark' });
const drawn: Promise<[string, Uint8Array, void]> = Promise.all([curve.toSVG(), charts.images(x).toPNG({ scale: 1 }), charts.confusionMatrix([[1, 0], [0, 1]]).save('a.png')]);

export { drawn, measuredSum, text, module_, rate, trained, weighted, wrong };
