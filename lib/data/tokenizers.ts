/** Text as numbers: by characters, and by pairs of bytes that are often together. */
import { TorshError } from '../errors';
import { nameOf } from '../io/values';
import { isTensor, type Tensor } from '../tensor';

function refuse(op: string, rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', op, `${op}: ${rule}`);
}

function lookUp<T>(table: ArrayLike<T>, id: number | bigint, op: string): T {
  const i = Number(id);
  if (!Number.isInteger(i) || i < 0 || i >= table.length) throw new TorshError('ERR_INDEX', op, `${op}: token ${String(id)} is not in the vocabulary of ${table.length}`);
  return table[i];
}

type Ids = Iterable<number | bigint> | Tensor;

function textOf(text: unknown, op: string): string {
  if (typeof text !== 'string') throw refuse(op, `takes a string, but got ${nameOf(text)}`);
  return text;
}
function idsOf(ids: unknown, op: string): Iterable<number | bigint> {
  if (isTensor(ids)) return ids.reshape(-1).tolist() as number[];
  if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids)) throw refuse(op, `takes tokens (an array, a tensor), but got ${nameOf(ids)}`);
  return ids as Iterable<number | bigint>;
}
/** A member of what toJSON() gave. */
function arrayIn(data: unknown, key: string, op: string): unknown[] {
  const list = (data as Record<string, unknown> | null | undefined)?.[key];
  if (!Array.isArray(list)) throw refuse(op, `fromJSON takes { ${key}: [...] }, but got ${nameOf(data)}`);
  return list;
}

/**
 * One token a character (code point), in the order of their code points.
 *
 * @example
 * ```js
 * const tokens = torsh.utils.data.CharTokenizer.train('banana');
 * console.log(tokens.encode('nab'), tokens.decode([2, 0])); // [ 2, 0, 1 ] na
 * ```
 */
export class CharTokenizer {
  private readonly ids: Map<string, number>;
  /** characters: the vocabulary; CharTokenizer.train(text) finds it. */
  constructor(readonly characters: readonly string[]) {
    if (!Array.isArray(characters) || !characters.every((c) => typeof c === 'string' && [...c].length === 1)) throw refuse('CharTokenizer', 'takes an array of single characters');
    this.ids = new Map(characters.map((c, i) => [c, i]));
    if (this.ids.size !== characters.length) throw refuse('CharTokenizer', 'a character is in the vocabulary twice');
  }
  static train(text: string): CharTokenizer {
    return new CharTokenizer([...new Set(textOf(text, 'CharTokenizer'))].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!));
  }
  static fromJSON(data: { characters: string[] }): CharTokenizer { return new CharTokenizer(arrayIn(data, 'characters', 'CharTokenizer') as string[]); }
  toJSON(): { characters: readonly string[] } { return { characters: this.characters }; }
  get vocabSize(): number { return this.characters.length; }
  /** Errors: ERR_ARGUMENT for a character that is not in the vocabulary. */
  encode(text: string): number[] {
    return Array.from(textOf(text, 'CharTokenizer'), (c) => {
      const id = this.ids.get(c);
      if (id === undefined) throw refuse('CharTokenizer', `the character ${JSON.stringify(c)} is not in the vocabulary`);
      return id;
    });
  }
  decode(ids: Ids): string {
    return Array.from(idsOf(ids, 'CharTokenizer'), (id) => lookUp(this.characters, id, 'CharTokenizer')).join('');
  }
}

/** Merges stay within words, numbers, runs of other signs and of spaces. */
const pieces = / ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
const pairKey = (a: number, b: number): number => a * 2 ** 24 + b;

function merged(ids: number[], a: number, b: number, id: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === a && ids[i + 1] === b) { out.push(id); i++; } else out.push(ids[i]);
  }
  return out;
}

/** What the tokens of a vocabulary may stand for in all: a few pairs, each of the one before twice, would fill the memory. */
const MOST_BYTES = 2 ** 26;

/**
 * A byte-pair tokenizer: tokens 0 to 255 are bytes, each further one joins two; so every text can be encoded.
 *
 * @example
 * ```js
 * const tokens = torsh.utils.data.BpeTokenizer.train('low lower lowest', 260);
 * console.log(tokens.decode(tokens.encode('lowest'))); // lowest
 * ```
 */
export class BpeTokenizer {
  private readonly ranks = new Map<number, number>();
  private readonly bytes: Uint8Array[] = Array.from({ length: 256 }, (_, i) => Uint8Array.of(i));
  private readonly known = new Map<string, number[]>();
  /** merges: pairs of tokens, of which number i becomes token 256 + i. */
  constructor(readonly merges: readonly (readonly [number, number])[]) {
    if (!Array.isArray(merges) || !merges.every((pair) => Array.isArray(pair) && pair.length === 2)) throw refuse('BpeTokenizer', 'takes an array of pairs of tokens');
    let total = 256;
    (merges as [number, number][]).forEach(([a, b], i) => {
      const left = lookUp(this.bytes, a, 'BpeTokenizer'), right = lookUp(this.bytes, b, 'BpeTokenizer');
      total += left.length + right.length;
      if (total > MOST_BYTES) throw refuse('BpeTokenizer', `token ${256 + i} would stand for ${left.length + right.length} bytes, and all together for more than ${MOST_BYTES}`);
      const joined = new Uint8Array(left.length + right.length);
      joined.set(left);
      joined.set(right, left.length);
      this.bytes.push(joined);
      this.ranks.set(pairKey(a, b), 256 + i);
    });
  }

  /** Joins the pair that is most frequent in the text (of several, that of the lowest tokens) until there are vocabSize tokens, or no pair is left that comes twice. */
  static train(text: string, vocabSize: number): BpeTokenizer {
    if (!Number.isSafeInteger(vocabSize) || vocabSize < 256 || vocabSize > 2 ** 24) throw refuse('BpeTokenizer', `vocabSize should be from 256 to 2^24, but got ${String(vocabSize)}`);
    const counts = new Map<string, number>();
    for (const [piece] of textOf(text, 'BpeTokenizer').matchAll(pieces)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
    const encoder = new TextEncoder();
    const words = [...counts].map(([piece, count]) => ({ ids: [...encoder.encode(piece)], count }));
    const pairs = new Map<number, { count: number; words: Set<number> }>();
    const tally = (w: number, sign: 1 | -1): void => {
      const { ids, count } = words[w];
      for (let i = 0; i + 1 < ids.length; i++) {
        const key = pairKey(ids[i], ids[i + 1]);
        let pair = pairs.get(key);
        if (!pair) pairs.set(key, (pair = { count: 0, words: new Set() }));
        pair.count += sign * count;
        if (sign > 0) pair.words.add(w);
        if (pair.count === 0) pairs.delete(key);
      }
    };
    words.forEach((_, w) => { tally(w, 1); });
    const merges: [number, number][] = [];
    while (256 + merges.length < vocabSize) {
      let best = -1, most = 1;
      for (const [key, { count }] of pairs) if (count > most || (count === most && best >= 0 && key < best)) [best, most] = [key, count];
      if (best < 0) break;
      const a = Math.floor(best / 2 ** 24), b = best % 2 ** 24;
      for (const w of [...pairs.get(best)!.words]) {
        tally(w, -1);
        words[w].ids = merged(words[w].ids, a, b, 256 + merges.length);
        tally(w, 1);
      }
      merges.push([a, b]);
    }
    return new BpeTokenizer(merges);
  }
  static fromJSON(data: { merges: [number, number][] }): BpeTokenizer { return new BpeTokenizer(arrayIn(data, 'merges', 'BpeTokenizer') as [number, number][]); }
  toJSON(): { merges: readonly (readonly [number, number])[] } { return { merges: this.merges }; }
  get vocabSize(): number { return this.bytes.length; }

  encode(text: string): number[] {
    const out: number[] = [];
    for (const [piece] of textOf(text, 'BpeTokenizer').matchAll(pieces)) for (const id of this.piece(piece)) out.push(id);
    return out;
  }
  private piece(piece: string): number[] {
    const before = this.known.get(piece);
    if (before) return before;
    let ids = [...new TextEncoder().encode(piece)];
    for (;;) {
      let first = Infinity, at = -1;
      for (let i = 0; i + 1 < ids.length; i++) {
        const id = this.ranks.get(pairKey(ids[i], ids[i + 1])) ?? Infinity;
        if (id < first) [first, at] = [id, i];
      }
      if (at < 0) break;
      ids = merged(ids, ids[at], ids[at + 1], first);
    }
    if (this.known.size < 1 << 16) this.known.set(piece, ids);
    return ids;
  }
  /** The text of tokens; bytes that are no UTF-8 become U+FFFD. Errors: ERR_INDEX for a token that does not exist. */
  decode(ids: Ids): string {
    const parts = Array.from(idsOf(ids, 'BpeTokenizer'), (id) => lookUp(this.bytes, id, 'BpeTokenizer'));
    const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
  }
}
