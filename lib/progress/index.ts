/** torsh.utils.progress: how far a long loop is, as tqdm shows it. */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { isTensor } from '../tensor';
import { isStream, openFace, writeLine, type Face } from './face.node';
import type { Shown } from './text';

export interface ProgressOptions {
  /** Stands before the bar. */
  desc?: string;
  /** Steps; by default the iterable's length or size, where it has one. */
  total?: number | null;
  /** Whether it stays when the loop is over. */
  leave?: boolean;
  /** Where it is written (Node): standard error. */
  stream?: { write(text: string): unknown; isTTY?: boolean; columns?: number } | null;
  /** Columns of the line; by default those of the terminal. */
  ncols?: number | null;
  /** Seconds between two drawings; by default 0.1 on a terminal, 10 where lines are written. */
  mininterval?: number | null;
  /** Shows nothing. */
  disable?: boolean;
  /** What a step is called. */
  unit?: string;
  /** Steps that were done before. */
  initial?: number;
  /** Values beside the bar: see setPostfix(). */
  postfix?: Record<string, unknown> | null;
  /** In a page: what it is put into, or its selector; by default the end of the body. */
  element?: unknown;
}

const sig = signature('progress', 'iterable=null, desc="", total=null, leave=true, *, stream=null, ncols=null, mininterval=null, disable=false, unit="it", initial=0, postfix=null, element=null');

const fail = (text: string): TorshError => new TorshError('ERR_ARGUMENT', 'progress', `progress: ${text}`);
const isCount = (x: unknown): x is number => typeof x === 'number' && x >= 0;

function valueText(x: unknown): string {
  if (isTensor(x) && x.numel() === 1) x = x.item() as unknown;
  if (typeof x !== 'number') return String(x);
  return Number.isInteger(x) ? String(x) : Math.abs(x) >= 1e-3 && Math.abs(x) < 1e5 ? x.toPrecision(4) : x.toExponential(2);
}

function sizeOf(iterable: unknown): number | null {
  try {
    const { length, size } = iterable as { length?: unknown; size?: unknown };
    return isCount(length) ? length : isCount(size) ? size : null;
  } catch {
    return null; // loaders of streams do not know
  }
}

/** A loop's progress: iterate it in place of what it was made of, with `for` or `for await`; or call update() oneself, and close() in the end. */
export class Progress<T = any> implements Iterable<T>, AsyncIterable<T> {
  /** Steps done. */
  n: number;
  total: number | null;
  private desc: string;
  private postfix = '';
  private face: Face | null = null;
  private begun = 0;
  private drawn = -Infinity;
  private rate: { at: number; n: number; value: number | null };
  private closed = false;
  private readonly interval: number | null;
  private readonly options: { leave: boolean; disable: boolean; unit: string; stream: unknown; ncols: number | null; element: unknown };

  constructor(private readonly iterable: unknown, values: unknown[]) {
    const [, desc, total, leave, stream, ncols, mininterval, disable, unit, initial, postfix, element] = values as [
      unknown, string, number | null, boolean, unknown, number | null, number | null, boolean, string, number, Record<string, unknown> | null, unknown];
    if (total !== null && !isCount(total)) throw fail(`total must be null or a number of at least 0, but got ${String(total)}`);
    if (!isCount(initial)) throw fail(`initial must be a number of at least 0, but got ${String(initial)}`);
    if (mininterval !== null && !isCount(mininterval)) throw fail(`mininterval must be null or a number of at least 0, but got ${String(mininterval)}`);
    if (stream !== null && !isStream(stream)) throw fail('stream must be null or a writable stream');
    this.n = initial;
    this.total = total ?? (typeof iterable === 'number' ? iterable : sizeOf(iterable));
    this.desc = String(desc);
    this.interval = mininterval;
    this.options = { leave, disable, unit: String(unit), stream, ncols, element };
    this.rate = { at: 0, n: initial, value: null };
    if (postfix !== null) this.postfix = textOf(postfix);
  }

  private get now(): number { return performance.now() / 1000; }
  private shown(): Shown {
    return { desc: this.desc, n: this.n, total: this.total, elapsed: this.begun === 0 ? 0 : this.now - this.begun, rate: this.rate.value, unit: this.options.unit, postfix: this.postfix };
  }

  private begin(): void {
    if (this.begun !== 0) return;
    this.begun = this.rate.at = this.now;
    if (this.options.disable) return;
    const { stream, ncols, element } = this.options;
    this.face = openFace({ stream: stream ?? undefined, ncols, element });
    // A terminal shows at once that something has begun.
    if (this.face.interval < 1) this.draw(this.begun);
    else this.drawn = this.begun;
  }
  private draw(now: number): void {
    this.drawn = now;
    const { rate } = this, seconds = now - rate.at;
    if (seconds > 0 && this.n > rate.n) {
      const fresh = (this.n - rate.n) / seconds;
      // The last few seconds count most.
      const weight = rate.value === null ? 1 : 1 - Math.exp(-seconds / 3);
      this.rate = { at: now, n: this.n, value: weight * fresh + (1 - weight) * (rate.value ?? 0) };
    }
    this.face?.draw(this.shown());
  }

  /** n steps more. */
  update(n = 1): void {
    if (this.closed) return;
    this.begin();
    this.n += n;
    if (this.face === null) return;
    const { now } = this;
    if (now - this.drawn >= (this.interval ?? this.face.interval)) this.draw(now);
  }
  setDescription(desc: string): void {
    this.desc = String(desc);
  }
  /** Values beside the bar; tensors of one element as their number. */
  setPostfix(values: Record<string, unknown>): void {
    this.postfix = textOf(values);
  }
  /** Draws now. */
  refresh(): void {
    if (this.closed) return;
    this.begin();
    this.draw(this.now);
  }
  /** A line of text above the bars, which console.log would break. */
  write(text: string): void {
    writeLine(text, { stream: this.options.stream ?? undefined });
  }
  /** The end; what is drawn last stays unless leave is false. Twice is once. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.face === null) return;
    const elapsed = this.now - this.begun;
    if (elapsed > 0) this.rate.value = this.n / elapsed;
    this.face.close(this.shown(), this.options.leave);
    this.face = null;
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    const source = typeof this.iterable === 'number' ? range(this.iterable) : this.iterable;
    if (typeof (source as Partial<Iterable<T>> | null)?.[Symbol.iterator] !== 'function') {
      throw fail(typeof (source as Partial<AsyncIterable<T>> | null)?.[Symbol.asyncIterator] === 'function' ? 'the iterable is asynchronous: use `for await`' : 'there is nothing to iterate: call update() and close()');
    }
    this.begin();
    try {
      for (const item of source as Iterable<T>) {
        yield item;
        this.update();
      }
    } finally {
      this.close();
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const source = typeof this.iterable === 'number' ? range(this.iterable) : this.iterable;
    if (typeof (source as Partial<AsyncIterable<T>> | null)?.[Symbol.asyncIterator] !== 'function' && typeof (source as Partial<Iterable<T>> | null)?.[Symbol.iterator] !== 'function') {
      throw fail('there is nothing to iterate: call update() and close()');
    }
    this.begin();
    try {
      for await (const item of source as AsyncIterable<T>) {
        yield item;
        const before = this.drawn;
        this.update();
        if (this.drawn !== before) await this.face?.pause?.();
      }
    } finally {
      this.close();
    }
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string { return `Progress { ${this.desc === '' ? '' : `${this.desc}: `}${this.n}/${this.total ?? '?'} }`; }
}

const textOf = (values: Record<string, unknown>): string => Object.entries(values).map(([name, value]) => `${name}=${valueText(value)}`).join(', ');

function* range(n: number): Generator<any, void, undefined> {
  for (let i = 0; i < n; i++) yield i;
}

type Source<T> = Iterable<T> | AsyncIterable<T>;
/**
 * Shows how far a loop is: `for (const batch of progress(loader, { desc: 'epoch 1' })) { ... }`. On a terminal a bar (of cli-progress, where that is
 * installed), in a page a progress element, elsewhere a line every ten seconds and one at the end. Takes what can be iterated, a number (of steps: it
 * gives 0, 1, ...), or nothing: then call update(). Errors: ERR_ARGUMENT. Names of https://tqdm.github.io
 */
export function progress(iterable: number, options?: ProgressOptions): Progress<number>;
export function progress<T>(iterable: Source<T>, options?: ProgressOptions): Progress<T>;
export function progress<T>(iterable: Source<T>, desc: string, total?: number | null, leave?: boolean, options?: ProgressOptions): Progress<T>;
export function progress(options?: ProgressOptions): Progress<never>;
export function progress(...args: unknown[]): Progress {
  const [iterable] = args;
  // An object that can be iterated is not options.
  const given = typeof iterable === 'number' || (typeof iterable === 'object' && iterable !== null && (Symbol.iterator in iterable || Symbol.asyncIterator in iterable)) || typeof iterable === 'string' || isTensor(iterable);
  if (typeof iterable === 'number' && !Number.isSafeInteger(iterable)) throw fail(`a number of steps must be an integer, but got ${iterable}`);
  const values = bind(sig, given ? [null, ...args.slice(1)] : args);
  if (!given && values[0] !== null) throw fail(`takes what can be iterated or a number, not ${typeof values[0]}`);
  return new Progress(given ? iterable : null, values);
}
