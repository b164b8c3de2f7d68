// Metrics, comparisons and what else makes training comfortable, as the compiler sees it: nothing here runs. See usage.ts.
import torsh, { metrics, type Tensor } from 'torsh';

const x: Tensor = torsh.randn(3, 4);
const labels = torsh.randint(0, 4, [3]);

const accuracy: metrics.Accuracy = new torsh.metrics.Accuracy({ task: 'multiclass', numClasses: 4, topK: 2, average: 'macro' });
accuracy.update(x, labels);
const rate: Tensor = torsh.metrics.functional.auroc(x, labels, { task: 'multiclass', numClasses: 4 });
const weighted = new metrics.FBetaScore({ task: 'binary', beta: 2 });
// @ts-expect-error no such task
const wrong = new metrics.Accuracy({ task: 'several' });
torsh.testing.assertClose(x, [[1, 2]], { rtol: 0, atol: 1e-3 });

export { rate, weighted, wrong };
