/** What String(tensor) says: a port of PyTorch 1.13's torch/_tensor_str.py, character by character. */
import { bind, signature } from './bind';
import { TorshError } from './errors';
import { bfloat16ToNumber, float16ToNumber } from './half';

export interface PrintOptions {
  precision: number;
  threshold: number;
  edgeitems: number;
  linewidth: number;
  /** null: scientific notation where the values call for it. */
  sciMode: boolean | null;
}

/** What the printer needs to know of a tensor. */
export interface PrintSource {
  shape: readonly number[];
  dtype: string;
  requiresGrad: boolean;
  /** 'AddBackward0'; null for a leaf. */
  gradFnName: string | null;
  parameter?: boolean;
  /** The elements of the box of `size` at `start`, row-major, as toTypedArray() represents them. */
  read(start: number[], size: number[]): ArrayLike<number | bigint>;
}

const profiles: Record<string, Omit<PrintOptions, 'sciMode'>> = {
  default: { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80 },
  short: { precision: 2, threshold: 1000, edgeitems: 2, linewidth: 80 },
  full: { precision: 4, threshold: Infinity, edgeitems: 3, linewidth: 80 },
};

const options: PrintOptions = { ...profiles.default, sciMode: null };

const setPrintoptionsSignature = signature('setPrintoptions',
  'precision=null, threshold=null, edgeitems=null, linewidth=null, profile=null, sciMode=null');

/**
 * torch.set_printoptions({ precision, threshold, edgeitems, linewidth, profile, sciMode }); profile is 'default', 'short'
 * or 'full'. What is not given stays, but for sciMode, which then follows the values again.
 */
export function setPrintoptions(...args: unknown[]): void {
  const [precision, threshold, edgeitems, linewidth, profile, sciMode] = bind(setPrintoptionsSignature, args);
  const next: PrintOptions = { ...options, sciMode: null };
  if (profile !== null) {
    if (typeof profile !== 'string' || !Object.hasOwn(profiles, profile)) {
      throw refuse(`profile must be 'default', 'short' or 'full', but got ${String(profile)}`);
    }
    Object.assign(next, profiles[profile]);
  }
  // JavaScript's own digits end at 100, and one more than is shown is needed to round halves to even.
  if (precision !== null) next.precision = whole('precision', precision, 0, 99);
  if (threshold !== null) next.threshold = threshold === Infinity ? Infinity : whole('threshold', threshold, 0, Number.MAX_SAFE_INTEGER);
  if (edgeitems !== null) next.edgeitems = whole('edgeitems', edgeitems, 1, Number.MAX_SAFE_INTEGER);
  if (linewidth !== null) next.linewidth = linewidth === Infinity ? Infinity : whole('linewidth', linewidth, 0, Number.MAX_SAFE_INTEGER);
  if (sciMode !== null) {
    if (typeof sciMode !== 'boolean') throw refuse(`sciMode must be a boolean or null, but got ${String(sciMode)}`);
    next.sciMode = sciMode;
  }
  Object.assign(options, next);
}

function refuse(rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', 'setPrintoptions', `setPrintoptions: ${rule}`);
}

function whole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw refuse(`${name} must be an integer of at least ${least}${most === 99 ? ' and at most 99' : ''}, but got ${String(value)}`);
  }
  return value;
}

/** The text of a tensor; defaultDtype is the dtype that goes without saying. */
export function formatTensor(source: PrintSource, defaultDtype = 'float32'): string {
  const { shape, dtype } = source;
  const prefix = 'tensor(', indent = prefix.length;
  const suffixes: string[] = [];
  let contents = '[]';
  if (numelOf(shape) === 0) {
    if (shape.length !== 1) suffixes.push(`size=(${shape.join(', ')})`);
    if (dtype !== defaultDtype) suffixes.push(`dtype=torch.${dtype}`);
  } else {
    const defaultComplex = defaultDtype === 'float64' ? 'complex128' : 'complex64';
    if (![defaultDtype, defaultComplex, 'int64', 'bool'].includes(dtype)) suffixes.push(`dtype=torch.${dtype}`);
    contents = formatContents(source, indent);
  }
  if (source.gradFnName !== null) suffixes.push(`grad_fn=<${source.gradFnName}>`);
  else if (source.requiresGrad) suffixes.push('requires_grad=True');
  const text = withSuffixes(prefix + contents, suffixes, indent);
  return source.parameter ? `Parameter containing:\n${text}` : text;
}

function numelOf(shape: readonly number[]): number {
  let n = 1;
  for (const size of shape) n *= size;
  return n;
}

function withSuffixes(text: string, suffixes: string[], indent: number): string {
  let out = text;
  let lineLength = text.length - text.lastIndexOf('\n') + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > options.linewidth) {
      out += `,\n${' '.repeat(indent)}${suffix}`;
      lineLength = indent + suffix.length;
    } else {
      out += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${out})`;
}

type Element = number | bigint | boolean;

/** The elements that are shown, row-major over `shape`; `cut` marks the dims of which only both ends are here. */
interface Shown {
  shape: number[];
  cut: boolean[];
  /** One list, or the real and the imaginary parts. */
  parts: Element[][];
}

function formatContents(source: PrintSource, indent: number): string {
  const shown = readShown(source);
  const floating = /float|complex/.test(source.dtype);
  const formatters = shown.parts.map((values) => new Formatter(values, floating));
  return formatDim(shown, formatters, 0, 0, indent);
}

function readShown(source: PrintSource): Shown {
  const { shape, dtype } = source;
  const summarize = numelOf(shape) > options.threshold;
  const edge = options.edgeitems;
  const cut = shape.map((n) => summarize && n > 2 * edge);
  const compact = shape.map((n, d) => (cut[d] ? 2 * edge : n));
  const strides = compact.map((_, d) => numelOf(compact.slice(d + 1)));
  const values: Element[] = new Array(numelOf(compact));
  const imaginary: Element[] = dtype.startsWith('complex') ? new Array(values.length) : [];
  const decode = decoder(dtype);
  const cutDims = cut.flatMap((c, d) => (c ? [d] : []));
  // One read for every corner, so that a summary never copies what it does not show.
  for (let corner = 0; corner < 2 ** cutDims.length; corner++) {
    const start = shape.map(() => 0), target = shape.map(() => 0), size = [...compact];
    cutDims.forEach((d, bit) => {
      size[d] = edge;
      if (Math.floor(corner / 2 ** bit) % 2 === 1) { start[d] = shape[d] - edge; target[d] = edge; }
    });
    const box = source.read(start, size);
    const at = size.map(() => 0);
    let offset = target.reduce((sum, t, d) => sum + t * strides[d], 0);
    for (let i = 0, n = numelOf(size); i < n; i++) {
      if (imaginary.length > 0) {
        values[offset] = decode(box[2 * i]);
        imaginary[offset] = decode(box[2 * i + 1]);
      } else {
        values[offset] = decode(box[i]);
      }
      for (let d = size.length - 1; d >= 0; d--) {
        offset += strides[d];
        if (++at[d] < size[d]) break;
        offset -= at[d] * strides[d];
        at[d] = 0;
      }
    }
  }
  return { shape: compact, cut, parts: imaginary.length > 0 ? [values, imaginary] : [values] };
}

function decoder(dtype: string): (raw: number | bigint) => Element {
  if (dtype === 'bool') return (raw) => raw !== 0;
  if (dtype === 'float16') return (raw) => float16ToNumber(raw as number);
  if (dtype === 'bfloat16') return (raw) => bfloat16ToNumber(raw as number);
  return (raw) => raw;
}

function formatDim(shown: Shown, formatters: Formatter[], dim: number, offset: number, indent: number): string {
  const left = shown.shape.length - dim;
  if (left === 0) return formatElement(shown, formatters, offset);
  if (left === 1) return formatVector(shown, formatters, dim, offset, indent);
  const stride = numelOf(shown.shape.slice(dim + 1));
  const slices: string[] = [];
  for (let i = 0; i < shown.shape[dim]; i++) {
    if (shown.cut[dim] && i === options.edgeitems) slices.push('...');
    slices.push(formatDim(shown, formatters, dim + 1, offset + i * stride, indent + 1));
  }
  return `[${slices.join(`,${'\n'.repeat(left - 1)}${' '.repeat(indent + 1)}`)}]`;
}

function formatVector(shown: Shown, formatters: Formatter[], dim: number, offset: number, indent: number): string {
  const [real, imaginary] = formatters;
  const elementLength = real.width + 2 + (imaginary ? imaginary.width + 1 : 0);
  const perLine = Math.max(1, Math.floor((options.linewidth - indent) / elementLength));
  const data: string[] = [];
  for (let i = 0; i < shown.shape[dim]; i++) {
    if (shown.cut[dim] && i === options.edgeitems) data.push(' ...');
    data.push(formatElement(shown, formatters, offset + i));
  }
  const lines: string[] = [];
  for (let i = 0; i < data.length; i += perLine) lines.push(data.slice(i, i + perLine).join(', '));
  return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

function formatElement(shown: Shown, formatters: Formatter[], i: number): string {
  const real = formatters[0].format(shown.parts[0][i]);
  if (formatters.length === 1) return real;
  const imaginary = `${formatters[1].format(shown.parts[1][i])}j`.trimStart();
  return /^[+-]/.test(imaginary) ? real + imaginary : `${real}+${imaginary}`;
}

/** Chooses one notation and width for all elements that are shown. */
class Formatter {
  width = 1;
  private intMode = true;
  private sciMode = false;

  constructor(values: Element[], private readonly floating: boolean) {
    if (!floating) {
      for (const value of values) this.widen(plain(value));
      return;
    }
    const finite = (values as number[]).filter((v) => Number.isFinite(v) && v !== 0);
    if (finite.length === 0) return; // as PyTorch: not even the sciMode option is looked at
    let least = Infinity, most = 0;
    for (const v of finite) {
      const a = Math.abs(v);
      if (a < least) least = a;
      if (a > most) most = a;
      if (!Number.isInteger(v)) this.intMode = false;
    }
    this.sciMode = most / least > 1000 || most > 1e8 || (!this.intMode && least < 1e-4);
    for (const v of finite) {
      if (this.sciMode) this.widen(scientific(v, options.precision));
      else this.widen(this.intMode ? `${fixed(v, 0)}.` : fixed(v, options.precision));
    }
    if (options.sciMode !== null) this.sciMode = options.sciMode;
  }

  format(value: Element): string {
    let text: string;
    if (!this.floating) text = plain(value);
    else if (this.sciMode) text = scientific(value as number, options.precision);
    else if (this.intMode) text = fixed(value as number, 0) + (Number.isFinite(value) ? '.' : '');
    else text = fixed(value as number, options.precision);
    return text.padStart(this.width);
  }

  private widen(text: string): void {
    if (text.length > this.width) this.width = text.length;
  }
}

function plain(value: Element): string {
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
}

function nonFinite(x: number): string {
  return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf';
}

const evenDigit = (digits: string): boolean => '02468'.includes(digits[digits.length - 1]);

/** Python's f'{x:.{p}f}': halves go to even, where toFixed rounds them up. */
export function fixed(x: number, p: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const a = Math.abs(x);
  if (a >= 1e21) return `${sign}${BigInt(a)}${p > 0 ? `.${'0'.repeat(p)}` : ''}`;
  // A number with exactly p + 1 binary places has exactly p + 1 decimal ones, the last being a 5.
  if ((a * 2 ** (p + 1)) % 2 === 1) {
    const kept = a.toFixed(p + 1).slice(0, -1).replace(/\.$/, '');
    if (evenDigit(kept)) return sign + kept;
  }
  return sign + a.toFixed(p);
}

/** Python's f'{x:.{p}e}'. */
function scientific(x: number, p: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const a = Math.abs(x);
  let [mantissa, exponent] = a.toExponential(p).split('e');
  if (a.toExponential(p + 1).split('e')[0].endsWith('5')) {
    const [digits, power] = a.toExponential(100).split('e');
    const kept = digits.slice(0, p + 2).replace(/\.$/, '');
    if (/^50*$/.test(digits.slice(p + 2)) && evenDigit(kept)) [mantissa, exponent] = [kept, power];
  }
  return `${sign}${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}
