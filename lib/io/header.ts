/** The JSON header of a safetensors file, read strictly and without building what it does not need. */
import { FormatError } from './source';

export interface HeaderEntry {
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

export interface Header {
  metadata: Map<string, string> | null;
  entries: Map<string, HeaderEntry>;
}

/** Parses the header's text; throws a FormatError. */
export function parseHeader(text: string): Header {
  return new Reader(text).header();
}

const MAX_DEPTH = 64;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  header(): Header {
    const header: Header = { metadata: null, entries: new Map() };
    if (this.text[0] !== '{') throw new FormatError(`the header must begin with '{'`);
    this.object((key) => {
      if (key === '__metadata__') header.metadata = this.metadata();
      else header.entries.set(key, this.entry(key));
    });
    this.space();
    if (this.at < this.text.length) this.fail('the end of the header');
    return header;
  }

  private metadata(): Map<string, string> {
    const metadata = new Map<string, string>();
    this.object((key) => {
      if (this.text[this.at] !== '"') throw new FormatError(`__metadata__ must map strings to strings, but '${key}' does not`);
      metadata.set(key, this.string());
    });
    return metadata;
  }

  private entry(name: string): HeaderEntry {
    let dtype: string | null = null, shape: number[] | null = null, offsets: number[] | null = null;
    this.object((key) => {
      if (key === 'dtype') dtype = this.string();
      else if (key === 'shape') shape = this.integers(`shape of tensor '${name}'`);
      else if (key === 'data_offsets') offsets = this.integers(`data_offsets of tensor '${name}'`);
      else this.skip(0);
    });
    if (dtype === null) throw new FormatError(`tensor '${name}' has no dtype`);
    if (shape === null) throw new FormatError(`tensor '${name}' has no shape`);
    if (offsets === null) throw new FormatError(`tensor '${name}' has no data_offsets`);
    const pair: number[] = offsets;
    if (pair.length !== 2) throw new FormatError(`data_offsets of tensor '${name}' must be two integers, not ${pair.length}`);
    return { dtype, shape, begin: pair[0], end: pair[1] };
  }

  /** Calls `member` with each key, the reader standing at its value. */
  private object(member: (key: string) => void): void {
    this.expect('{');
    const seen = new Set<string>();
    if (this.accept('}')) return;
    do {
      this.space();
      const key = this.string();
      if (seen.has(key)) throw new FormatError(`the key '${key}' appears twice`);
      seen.add(key);
      this.expect(':');
      this.space();
      member(key);
    } while (this.accept(','));
    this.expect('}');
  }

  private integers(what: string): number[] {
    const list: number[] = [];
    this.expect('[');
    if (this.accept(']')) return list;
    do {
      this.space();
      const start = this.at;
      while (isDigit(this.text[this.at])) this.at++;
      const digits = this.text.slice(start, this.at);
      if (digits === '' || /[.eE]/.test(this.text[this.at] ?? '') || (digits.length > 1 && digits[0] === '0')) {
        throw new FormatError(`the ${what} must hold non-negative integers`);
      }
      const value = Number(digits);
      if (!Number.isSafeInteger(value)) throw new FormatError(`the ${what} holds ${digits.slice(0, 30)}, which is too large`);
      list.push(value);
    } while (this.accept(','));
    this.expect(']');
    return list;
  }

  private string(): string {
    const start = this.at;
    if (this.text[start] !== '"') this.fail('a string');
    for (let i = start + 1; i < this.text.length; i++) {
      const c = this.text[i];
      if (c === '\\') i++;
      else if (c === '"') {
        this.at = i + 1;
        try {
          return JSON.parse(this.text.slice(start, this.at)) as string;
        } catch {
          this.at = start;
          this.fail('a valid string');
        }
      }
    }
    return this.fail('the end of a string');
  }

  /** Passes over a value that no rule speaks of. */
  private skip(depth: number): void {
    if (depth > MAX_DEPTH) throw new FormatError(`the header is nested more than ${MAX_DEPTH} deep`);
    this.space();
    const c = this.text[this.at];
    if (c === '{') {
      this.object(() => this.skip(depth + 1));
    } else if (c === '[') {
      this.at++;
      if (this.accept(']')) return;
      do this.skip(depth + 1); while (this.accept(','));
      this.expect(']');
    } else if (c === '"') {
      this.string();
    } else {
      const literal = /^(?:true|false|null|-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?(?:[eE][+-]?[0-9]{1,9})?)/
        .exec(this.text.slice(this.at, this.at + 700));
      if (!literal) return this.fail('a value');
      this.at += literal[0].length;
    }
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at])) this.at++;
  }

  private accept(c: string): boolean {
    this.space();
    if (this.text[this.at] !== c) return false;
    this.at++;
    return true;
  }

  private expect(c: string): void {
    if (!this.accept(c)) this.fail(`'${c}'`);
  }

  private fail(wanted: string): never {
    throw new FormatError(`the header is not valid JSON: expected ${wanted} at character ${this.at}`);
  }
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';
