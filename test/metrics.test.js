// torsh.metrics beside scikit-learn's numbers, streaming, and what is refused.
const torsh = require('torsh');
const golden = require('./fixtures/metrics.json');
const { refusal, scopedTest } = require('./support/scoped');

const { metrics, tensor } = torsh;
const { functional: F } = metrics;
const { assertClose } = torsh.testing;
const near = { rtol: 1e-5, atol: 1e-6 };
const close = (actual, expected) => assertClose(actual, tensor(expected), near);
/** torsh's word for scikit-learn's average. */
const averages = { micro: 'micro', macro: 'macro', weighted: 'weighted', None: 'none' };

const multi = golden.multiclass;
const [scores, target, ignored] = [golden.scores, golden.target, golden.ignored];
const task = { task: 'multiclass', numClasses: 5 };

describe('multiclass, with a class that never occurs and one that is only predicted', () => {
  test.each(Object.keys(averages))('%s', (average) => torsh.tidy(() => {
    for (const [name, expected] of Object.entries(multi.stat[average])) {
      const options = { ...task, average: averages[average], ...(name === 'fbetaScore' ? { beta: 2 } : {}) };
      close(F[name](tensor(scores), tensor(target), options), expected);
      close(F[name](tensor(scores), tensor(ignored), { ...options, ignoreIndex: -1 }), multi.statIgnored[average][name]);
      // Classes instead of scores; as integers.
      close(F[name](tensor(scores).argmax(1), tensor(target, { dtype: 'int64' }), options), expected);
    }
  }));

  scopedTest('accuracy and its top k', () => {
    close(F.accuracy(tensor(scores), tensor(target), task), multi.accuracy);
    [1, 2, 3].forEach((topK) => close(F.accuracy(tensor(scores), tensor(target), { ...task, topK }), multi.top[topK - 1]));
    close(F.accuracy(tensor(scores), tensor(target), { ...task, average: 'macro' }), multi.stat.macro.recall);
    // The target among the best two is right; else the best one is what was said.
    const [p, t] = [tensor([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), tensor([0, 1, 2])];
    close(F.precision(p, t, { task: 'multiclass', numClasses: 3, topK: 2, average: 'none' }), [0.5, 1, 0]);
    close(F.recall(p, t, { task: 'multiclass', numClasses: 3, topK: 2, average: 'none' }), [1, 1, 0]);
  });

  scopedTest('confusion matrices', () => {
    for (const [normalize, expected] of Object.entries(multi.confusion)) {
      const matrix = F.confusionMatrix(tensor(scores), tensor(target), { ...task, normalize: normalize === 'None' ? null : normalize });
      if (normalize === 'None') {
        expect(matrix.dtype).toBe('int64');
        expect(matrix.tolist()).toEqual(expected);
      } else close(matrix, expected);
    }
    const some = F.confusionMatrix(tensor(scores), tensor(ignored), { ...task, ignoreIndex: -1 });
    expect(some.sum().item()).toBe(ignored.filter((t) => t !== -1).length);
  });

  scopedTest('AUROC leaves out classes that do not occur', () => {
    const each = F.auroc(tensor(scores, { dtype: 'float64' }), tensor(target), { ...task, average: 'none' }).tolist();
    assertClose(each.slice(0, 3), multi.auroc, near);
    expect(each.slice(3)).toEqual([NaN, NaN]);
    const mean = multi.auroc.reduce((a, b) => a + b) / 3;
    close(F.auroc(tensor(scores), tensor(target), task), mean);
    const support = [0, 1, 2].map((c) => target.filter((t) => t === c).length);
    close(F.auroc(tensor(scores), tensor(target), { ...task, average: 'weighted' }), multi.auroc.reduce((s, a, c) => s + a * support[c], 0) / target.length);
    // Logits whose softmax the scores are.
    close(F.auroc(tensor(scores, { dtype: 'float64' }).log(), tensor(target), task), F.auroc(tensor(scores).div(tensor(scores).sum(1, { keepdim: true })), tensor(target), task).item());
  });

  scopedTest('further dims follow the classes', () => {
    const wide = tensor(scores).reshape(15, 4, 5).permute(0, 2, 1), truth = tensor(target).reshape(15, 4);
    close(F.recall(wide, truth, { ...task, average: 'macro' }), multi.stat.macro.recall);
    close(F.accuracy(wide, truth, { ...task, topK: 2 }), multi.top[1]);
    close(F.auroc(wide, truth, task), F.auroc(tensor(scores), tensor(target), task).item());
  });
});

describe('binary', () => {
  const { binary } = golden;
  const args = () => [tensor(binary.scores), tensor(binary.target), { task: 'binary' }];
  scopedTest('rates', () => {
    for (const [name, expected] of Object.entries(binary.stat)) close(F[name](...args().slice(0, 2), { task: 'binary', ...(name === 'fbetaScore' ? { beta: 2 } : {}) }), expected);
    close(F.accuracy(...args()), binary.accuracy);
    close(F.specificity(...args()), binary.specificity);
    expect(F.confusionMatrix(...args()).tolist()).toEqual(binary.confusion);
  });
  scopedTest('AUROC with many ties, and a part of it', () => {
    close(F.auroc(...args()), binary.auroc);
    for (const [maxFpr, expected] of Object.entries(binary.partial)) close(F.auroc(tensor(binary.scores), tensor(binary.target), { task: 'binary', maxFpr: Number(maxFpr) }), expected);
    close(F.auroc(tensor([0.5, 0.5, 0.5, 0.5]), tensor([0, 1, 0, 1]), { task: 'binary' }), 0.5);
    close(F.auroc(tensor([0.1, 0.4, 0.35, 0.8]), tensor([0, 0, 1, 1]), { task: 'binary' }), 0.75);
    // Thresholds that hold every score lose nothing.
    close(F.auroc(...args().slice(0, 2), { task: 'binary', thresholds: 11 }), binary.auroc);
    expect(F.auroc(tensor([0.1, 0.2]), tensor([1, 1]), { task: 'binary' }).item()).toBeNaN();
  });
  scopedTest('the ROC curve', () => {
    const curve = F.roc(...args());
    close(curve[0], binary.roc[0]);
    close(curve.tpr, binary.roc[1]);
    expect(curve.thresholds.at(0).item()).toBe(Infinity);
    close(curve.thresholds.at('1:'), binary.roc[2]);
  });
  scopedTest('logits, thresholds, ignored elements', () => {
    const [s, t] = args();
    close(F.accuracy(tensor([-3, 0.2, 2]), tensor([0, 1, 0]), { task: 'binary' }), 2 / 3);
    close(F.recall(s, t, { task: 'binary', threshold: 0 }), F.recall(s.gt(0), t, { task: 'binary' }).item());
    const some = t.clone();
    some.setAt(['::2'], 9);
    close(F.accuracy(s, some, { task: 'binary', ignoreIndex: 9 }), F.accuracy(s.at('1::2'), t.at('1::2'), { task: 'binary' }).item());
  });
});

describe('multilabel', () => {
  const { multilabel } = golden;
  const args = () => [tensor(multilabel.scores), tensor(multilabel.target)];
  const labels = { task: 'multilabel', numLabels: 3 };
  scopedTest('rates, accuracy and matrices', () => {
    for (const [average, rows] of Object.entries(multilabel.stat)) {
      for (const [name, expected] of Object.entries(rows)) close(F[name](...args(), { ...labels, average: averages[average], ...(name === 'fbetaScore' ? { beta: 2 } : {}) }), expected);
    }
    close(F.accuracy(...args(), { ...labels, average: 'none' }), multilabel.accuracy);
    expect(F.confusionMatrix(...args(), labels).tolist()).toEqual(multilabel.confusion);
  });
  scopedTest('AUROC', () => {
    for (const [average, expected] of Object.entries(multilabel.auroc)) close(F.auroc(...args(), { ...labels, average: averages[average] }), expected);
    const thresholds = Array.from({ length: 101 }, (_, i) => i / 100);
    close(F.auroc(tensor(multilabel.scores, { dtype: 'float64' }), args()[1], { ...labels, thresholds, average: 'micro' }), multilabel.auroc.micro);
  });
});

describe('numbers', () => {
  const { regression } = golden;
  const args = () => [tensor(regression.preds, { dtype: 'float64' }), tensor(regression.target, { dtype: 'float64' })];
  scopedTest('errors', () => {
    close(F.meanSquaredError(...args(), { numOutputs: 2 }), regression.mse);
    close(F.meanSquaredError(...args()), (regression.mse[0] + regression.mse[1]) / 2);
    close(F.meanSquaredError(...args(), false, 2), regression.mse.map(Math.sqrt));
    close(F.meanAbsoluteError(...args(), { numOutputs: 2 }), regression.mae);
    assertClose(F.meanAbsolutePercentageError(...args()), tensor(regression.mape), near);
  });
  scopedTest('R2, also far from zero and in small batches', () => {
    for (const [multioutput, expected] of Object.entries(regression.r2)) {
      close(F.r2Score(...args(), { multioutput }), expected);
      const streamed = new metrics.R2Score({ multioutput });
      const [p, t] = args();
      for (let i = 0; i < 40; i += 3) streamed.update(p.at(`${i}:${i + 3}`), t.at(`${i}:${i + 3}`));
      close(streamed.compute(), expected);
    }
    close(F.r2Score(tensor([3, 3, 3]), tensor([3, 3, 3])), 1);
    close(F.r2Score(tensor([3, 3, 4]), tensor([3, 3, 3])), 0);
    close(F.r2Score(tensor([2.5, 0, 2, 8]), tensor([3, -0.5, 2, 7]), { adjusted: 1 }), 1 - (1 - 0.9486081) * 3 / 2);
    expect(refusal(() => F.r2Score(tensor([1]), tensor([1]))).message).toMatch(/at least two samples/);
  });
  scopedTest('perplexity is exp of the cross-entropy of tokens that count', () => {
    torsh.manualSeed(1);
    const logits = torsh.randn(2, 7, 11), tokens = torsh.randint(0, 11, [2, 7]);
    const expected = torsh.nn.functional.crossEntropy(logits.reshape(14, 11), tokens.flatten()).exp().item();
    close(F.perplexity(logits, tokens), expected);
    tokens.setAt([0, '3:'], -100);
    const metric = new metrics.Perplexity({ ignoreIndex: -100 });
    for (const i of [0, 1]) metric.update(logits.at(`${i}:${i + 1}`), tokens.at(`${i}:${i + 1}`));
    close(metric.compute(), torsh.nn.functional.crossEntropy(logits.reshape(14, 11), tokens.flatten()).exp().item());
    close(F.perplexity(torsh.zeros(1, 3, 8), torsh.zeros(1, 3)), 8);
  });
});

scopedTest('batches add up to the whole, whatever lies between', () => {
  const list = [
    new metrics.Accuracy({ ...task, average: 'macro' }), new metrics.F1Score('multiclass', 0.5, 5), new metrics.ConfusionMatrix(task),
    new metrics.AUROC(task), new metrics.AUROC({ ...task, thresholds: 20 }),
  ];
  for (const metric of list) {
    for (let i = 0; i < 60; i += 7) torsh.tidy(() => { metric.update(tensor(scores).at(`${i}:${i + 7}`), tensor(target).at(`${i}:${i + 7}`)); });
    const streamed = metric.compute();
    expect(metric.updateCount).toBe(9);
    metric.reset();
    // A call gives the batch's own value and counts it.
    const whole = metric(tensor(scores), tensor(target));
    assertClose(streamed, whole, near);
    assertClose(metric.compute(), whole, near);
  }
  // Counted apart and put together.
  const halves = [0, 1].map(() => new metrics.AUROC(task));
  halves.forEach((metric, k) => metric.update(tensor(scores).at(`${30 * k}:${30 * k + 30}`), tensor(target).at(`${30 * k}:${30 * k + 30}`)));
  halves[0].mergeState(halves[1]);
  assertClose(halves[0].compute(), F.auroc(tensor(scores), tensor(target), task), near);
});

scopedTest('a batch that is refused changes nothing, in any of a collection', () => {
  const both = new metrics.MetricCollection({ acc: new metrics.Accuracy(task), auroc: new metrics.AUROC(task) }, { prefix: 'val_' });
  const first = both(tensor(scores), tensor(target));
  expect(Object.keys(first)).toEqual(['val_acc', 'val_auroc']);
  // Classes are no scores: accuracy would take them, AUROC does not.
  expect(refusal(() => both.update(tensor(target), tensor(target))).op).toBe('AUROC');
  const now = both.compute();
  close(now.val_acc, multi.accuracy);
  assertClose(now, first);
  both.reset();
  close(both.compute().val_acc, 0);
  expect(Object.keys(new metrics.MetricCollection([new metrics.AUROC(task), new metrics.F1Score(task)]).metrics)).toEqual(['auroc', 'f1Score']);
});

scopedTest('means, sums, extremes', () => {
  const mean = new metrics.MeanMetric();
  mean.update(1, 3);
  mean.update(tensor([5, 9]), [1, 0]);
  expect(mean.compute().item()).toBe(2);
  const rest = { SumMetric: 6, MaxMetric: 4, MinMetric: -1 };
  for (const [name, expected] of Object.entries(rest)) {
    const metric = new metrics[name]();
    metric.update([3, -1]);
    expect(metric.forward(4).item()).toBe(4);
    expect(metric.compute().item()).toBe(expected);
  }
});

scopedTest('metrics are no part of a model\'s state, and record no graph', () => {
  const model = new torsh.nn.Linear(2, 2);
  model.metric = new metrics.MeanSquaredError();
  const loss = model.metric(model(torsh.ones(3, 2)), torsh.zeros(3, 2));
  expect(loss.requiresGrad).toBe(false);
  expect(Object.keys(model.stateDict())).toEqual(['weight', 'bias']);
});

describe('refusals', () => {
  const p = () => tensor(scores), t = () => tensor(target);
  test.each([
    ['no task', () => new metrics.Accuracy(), /Accuracy: missing required argument 'task'/],
    ['a wrong task', () => new metrics.Recall({ task: 'multi' }), /Recall: task must be .*but got 'multi'/],
    ['no classes', () => new metrics.Accuracy({ task: 'multiclass' }), /needs numClasses, an integer of at least 2, but got null/],
    ['no labels', () => new metrics.AUROC({ task: 'multilabel' }), /needs numLabels/],
    ['an option of no metric', () => new metrics.Accuracy({ ...task, topk: 2 }), /unexpected option 'topk'/],
    ['too many best', () => new metrics.Accuracy({ ...task, topK: 6 }), /topK must be an integer from 1/],
    ['topK without classes', () => new metrics.Accuracy({ task: 'binary', topK: 2 }), /topK needs the task 'multiclass'/],
    ['an average', () => new metrics.Accuracy({ ...task, average: 'mean' }), /average must be one of 'micro'/],
    ['a beta', () => new metrics.FBetaScore({ ...task, beta: 0 }), /beta must be a number above 0/],
    ['a threshold', () => new metrics.Accuracy({ task: 'binary', threshold: 2 }), /threshold must be a number from 0 to 1/],
    ['a matrix beyond memory', () => new metrics.ConfusionMatrix({ task: 'multiclass', numClasses: 1e6 }), /too large/],
    ['samplewise', () => new metrics.Accuracy({ ...task, multidimAverage: 'samplewise' }), /multidimAverage must be 'global'/],
    ['no tensors', () => F.accuracy(scores, t(), task), /preds must be a Tensor, not object/],
    ['other shapes', () => F.accuracy(p(), t().at(':5'), task), /preds must be \(N, C, ...\) or \(N, ...\) .*\[60, 5\] and \[5\]/],
    ['other classes', () => F.accuracy(p(), t(), { task: 'multiclass', numClasses: 4 }), /numClasses = 4 scores in dim 1/],
    ['a class beyond the last', () => F.accuracy(p(), t().add(3), task), /target must hold class numbers from 0 to 4, but has 5/],
    ['a fraction for a class', () => F.accuracy(p(), t().add(0.5), task), /class numbers from 0 to 4, but has 0.5/],
    ['a class that is not the ignored one', () => F.accuracy(p(), tensor(ignored), { ...task, ignoreIndex: -2 }), /\(or -2, which is ignored\), but has -1/],
    ['NaN', () => F.auroc(tensor([NaN, 0.5]), tensor([0, 1]), { task: 'binary' }), /AUROC: preds have NaN/],
    ['errors of other shapes', () => F.meanSquaredError(torsh.ones(2), torsh.ones(3)), /must have the same shape, but got \[2\] and \[3\]/],
    ['perplexity of other shapes', () => F.perplexity(torsh.ones(2, 3), torsh.ones(2)), /Perplexity: preds must be \(batch, length, vocabulary\)/],
    ['a collection of what is none', () => new metrics.MetricCollection({ a: 1 }), /'a' must be a Metric/],
  ])('%s', (_, run, rule) => torsh.tidy(() => { expect(refusal(run).message).toMatch(rule); }));
});
