/** torchvision.datasets.DatasetFolder and ImageFolder: a folder for each class. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import type { FileName } from '../io/values';
import type { Tensor } from '../tensor';
import { recipe } from './collate';
import { Dataset, inRange } from './dataset';
import { isPromise } from './fetch';
import { checkImageOptions, openFolder, readImage, type ReadImageOptions } from './images.node';

type Loader<S> = (path: string) => S | Promise<S>;

export interface FolderOptions<S = any> {
  /** Of what the loader gives. */
  transform?: ((sample: S) => any) | null;
  /** Of the class's number. */
  targetTransform?: ((target: number) => any) | null;
  /** Chooses the files; instead of extensions. */
  isValidFile?: ((path: string) => boolean) | null;
  /** Whether there may be classes without a file. */
  allowEmpty?: boolean;
}

const folderSignature = signature('DatasetFolder', 'root, loader, extensions=null, transform=null, targetTransform=null, isValidFile=null, allowEmpty=false');

interface Found<S> {
  root: string; classes: string[]; samples: [path: string, target: number][]; extensions: readonly string[] | null;
  loader: Loader<S>; transform: ((sample: S) => any) | null; targetTransform: ((target: number) => any) | null;
}

/**
 * Files in a folder for each class, root/class/.../file: sample i is [transform(loader(path)), targetTransform(number of the class)], classes and files
 * being in the order of their names. A loader may return a Promise (then use `for await`, or workers). Errors: ERR_IO when a folder cannot be read,
 * there is no class, or a class has no file. https://pytorch.org/vision/stable/generated/torchvision.datasets.DatasetFolder.html
 */
export class DatasetFolder<S = any> extends Dataset<any> {
  readonly root!: string;
  readonly loader!: Loader<S>;
  readonly extensions!: readonly string[] | null;
  readonly transform!: ((sample: S) => any) | null;
  readonly targetTransform!: ((target: number) => any) | null;
  readonly classes!: string[];
  readonly classToIdx!: Record<string, number>;
  /** [path, number of the class] of each file. */
  readonly samples!: [path: string, target: number][];
  readonly targets!: number[];

  constructor(root: FileName, loader: Loader<S>, extensions?: readonly string[] | null | (FolderOptions<S> & { extensions?: readonly string[] | null }), options?: FolderOptions<S>);
  constructor(...args: unknown[]) {
    super();
    const found = args[0] instanceof Kept ? args[0].found as Found<S> : find<S>('DatasetFolder', bind(folderSignature, args));
    Object.assign(this, found, {
      classToIdx: Object.fromEntries(found.classes.map((name, i) => [name, i])), targets: found.samples.map(([, target]) => target),
    });
  }

  get length(): number {
    return this.samples.length;
  }

  override at(index: number): any {
    const i = inRange(index, this.length, 'DatasetFolder'), sample = this.loader(this.samples[i][0]);
    return isPromise(sample) ? sample.then((s) => this.finish(s, i)) : this.finish(sample, i);
  }

  /** Files are read side by side, transforms run one after the other: what is random in them depends on the order of samples alone. */
  getitems(indices: number[]): any[] {
    if (this.at !== DatasetFolder.prototype.at) return indices.map((i) => this.at(i) as unknown);
    const loaded = indices.map((i) => {
      const at = inRange(i, this.length, 'DatasetFolder');
      try {
        return this.loader(this.samples[at][0]);
      } catch (e) {
        return Promise.reject(e as Error);
      }
    });
    for (const s of loaded) if (isPromise(s)) s.then(undefined, () => undefined); // told below, when its turn comes
    if (!loaded.some(isPromise)) return loaded.map((s, k) => this.finish(s as S, indices[k]));
    let before: Promise<unknown> = Promise.resolve();
    return loaded.map((s, k) => {
      before = before.then(() => s).then((sample) => this.finish(sample as S, indices[k]));
      before.catch(() => undefined); // told by whoever awaits the first
      return before;
    });
  }

  private finish(sample: S, index: number): [unknown, unknown] {
    const target = this.samples.at(index)![1];
    return [this.transform ? this.transform(sample) : sample, this.targetTransform ? this.targetTransform(target) : target];
  }

  get [recipe](): unknown[] {
    const { root, classes, samples, extensions, loader, transform, targetTransform } = this;
    return ['DatasetFolder', this instanceof ImageFolder, { root, classes, samples, extensions }, loader, transform, targetTransform];
  }
}

/** What is known of a folder, for a constructor. */
class Kept {
  constructor(readonly found: Found<any>) {}
}
/** In a worker: the dataset again, without listing its files once more. */
export function remakeFolder(images: boolean, found: object, loader: Loader<any>, transform: null, targetTransform: null): DatasetFolder {
  const kept = new Kept({ ...found, loader, transform, targetTransform } as Found<any>) as never;
  return images ? new ImageFolder(kept) : new DatasetFolder(kept, loader);
}

function find<S>(op: string, values: unknown[]): Found<S> {
  const [folder, loader, extensions, transform, targetTransform, isValidFile, allowEmpty] = values as [
    FileName, Loader<S>, readonly string[] | null, null, null, ((path: string) => boolean) | null, boolean];
  const refuse = (rule: string): TorshError => new TorshError('ERR_ARGUMENT', op, `${op}: ${rule}`);
  for (const [name, f] of Object.entries({ loader, transform, targetTransform, isValidFile })) {
    if (f !== null && typeof f !== 'function') throw refuse(`${name} must be a function, but got ${String(f)}`);
  }
  if (extensions !== null && !(Array.isArray(extensions) && extensions.every((x) => typeof x === 'string'))) throw refuse("extensions must be an array of strings such as '.png'");
  if ((extensions === null) === (isValidFile === null)) throw refuse('takes either extensions or isValidFile');
  const endings = extensions?.map((x) => x.toLowerCase());
  const valid = isValidFile ?? ((path: string) => endings!.some((x) => path.toLowerCase().endsWith(x)));
  const { root, folders, filesOf } = openFolder(folder, op);
  if (folders.length === 0) throw new TorshError('ERR_IO', op, `${op}: '${root}' holds no folders, one of which each class has`);
  const samples: [string, number][] = [], empty: string[] = [];
  folders.forEach((name, target) => {
    const files = filesOf(name).filter((path) => valid(path));
    if (files.length === 0) empty.push(name);
    for (const path of files) samples.push([path, target]);
  });
  if (empty.length > 0 && !allowEmpty) {
    throw new TorshError('ERR_IO', op, `${op}: '${root}' has no valid file for the class${empty.length > 1 ? 'es' : ''} ${empty.join(', ')}${extensions ? `; valid are ${extensions.join(', ')}` : ''}`);
  }
  return { root, classes: folders, samples, extensions, loader, transform, targetTransform };
}

const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff', '.gif', '.avif'];
const imageFolderSignature = signature('ImageFolder', 'root, transform=null, targetTransform=null, loader=null, isValidFile=null, allowEmpty=false, *, extensions=null');

function findImages(args: unknown[]): Found<any> {
  const [root, transform, targetTransform, loader, isValidFile, allowEmpty, extensions] = bind(imageFolderSignature, args);
  const endings = extensions ?? (isValidFile ? null : imageExtensions);
  return find('ImageFolder', [root, loader ?? imageLoader(), endings, transform, targetTransform, isValidFile, allowEmpty]);
}

/** A loader for folders of images: readImage with these options. */
export function imageLoader(options: ReadImageOptions = {}): (path: string) => Promise<Tensor> {
  const checked = checkImageOptions(options, 'imageLoader');
  return Object.assign((path: string) => readImage(path, checked), { [recipe]: ['imageLoader', checked] });
}

/**
 * Images in a folder for each class, root/class/.../image.png, as [float32 [3, height, width] from 0 to 1, number of the class]. They are decoded by
 * sharp (npm install sharp) unless there is another loader; imageLoader({ channels, size }) makes them grey or of one size. Samples come by
 * Promise: use `for await`, or workers. Errors as DatasetFolder. https://pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html
 */
export class ImageFolder<S = Tensor> extends DatasetFolder<S> {
  constructor(root: FileName, options?: FolderOptions<S> & { loader?: Loader<S> | null; extensions?: readonly string[] });
  constructor(root: FileName, transform: ((sample: S) => any) | null, ...rest: unknown[]);
  constructor(...args: unknown[]) {
    super((args[0] instanceof Kept ? args[0] : new Kept(findImages(args))) as never, undefined as never);
  }
  /** The name that torchvision gives the samples of images. */
  get imgs(): [path: string, target: number][] {
    return this.samples;
  }
}
