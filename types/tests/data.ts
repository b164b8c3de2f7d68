// torsh.utils.data as the compiler sees it: nothing here runs. Lines under @ts-expect-error must not compile.
import torsh, { type Tensor } from 'torsh';

const { data } = torsh.utils;
const { DataLoader, Dataset, DatasetFolder, ImageFolder, IterableDataset, RecordDataset, Subset, TensorDataset, imageLoader, readImage, transforms: t } = data;

class Squares extends Dataset<[Tensor, number]> {
  length = 5;
  override at(i: number): [Tensor, number] { return [torsh.tensor([i * i]), i]; }
  getitems(indices: number[]): [Tensor, number][] { return indices.map((i) => this.at(i)); }
}
class Lines extends IterableDataset<string> {
  override *[Symbol.iterator](): Generator<string> { yield 'a'; }
}
for (const [x, y] of new DataLoader<[Tensor, Tensor]>(new Squares(), 2, true, { numWorkers: 2, workerDataset: new URL('file:///squares.mjs') })) x.add(y);
void new DataLoader({ dataset: new Squares(), batchSize: 4, dropLast: true });
void new DataLoader(new Lines(), { batchSize: null });
void new DataLoader([1, 2, 3], { collateFn: (samples: number[]) => samples.length });
// @ts-expect-error: no such option
void new DataLoader(new Squares(), { workers: 2 });

const pixels = new RecordDataset('mnist', ['uint8', 28, 28], { offset: 16 });
const image: Tensor = pixels.at(0);
const rows: Tensor = new RecordDataset('x.npy').at(-1);
void new RecordDataset<{ label: Tensor; image: Tensor }>('cifar.bin', { label: 'uint8', image: ['uint8', 3, 32, 32] }).at(0).label.item();
void new RecordDataset('tokens.bin', ['<u2', 257], { stride: 512, length: 10 });
// @ts-expect-error: no such type
void new RecordDataset('tokens.bin', 'float31');

const folder = new ImageFolder('pets', { transform: t.compose(t.resize(256), t.centerCrop([224, 224]), t.normalize([0.5], [0.5])), loader: imageLoader({ channels: 1, size: 64 }) });
const names: string[] = folder.classes, number: number | undefined = folder.classToIdx.cat, [path, target] = folder.samples[0];
void new DatasetFolder('texts', (file) => file.length, ['.txt'], { targetTransform: (k) => k + 1 });
const one: Promise<Tensor> = readImage('cat.png', { channels: 4 });
const flipped: Tensor = t.randomHorizontalFlip(0.5, { generator: new torsh.Generator() })(image);
const subset = new Subset(new Squares(), torsh.tensor([0n, 2n]));
const [first] = new TensorDataset(image).at(0);
const text: string = data.CharTokenizer.train('abc').decode(torsh.tensor([0n, 1n]));

export const used = [rows, names, number, path, target, one, flipped, subset, first, text];
