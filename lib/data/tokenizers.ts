/** Text as numbers: by characters, and by pairs of bytes that are often together. */
import { TorshError } from '../errors';

function refuse(op: string, rule: string): TorshError {
  return new TorshError('ERR_ARGUMENT', op, `${op}: ${rule}`);
}

function lookUp<T>(table: ArrayLike<T>, id: number | bigint, op: string): T {
  const i = Number(id);
  if (!Number.isInteger(i) || i < 0 || i >= table.length) throw new TorshError('ERR_INDEX', op, `${op}: token ${String(id)} is not in the vocabulary of ${table.length}`);
  return table[i];
}

type Ids = Iterable<number | bigint>;

/** One token a character (code point), in the order of their code points. */
export class CharTokenizer {
  private readonly ids: Map<string, number>;
  /** characters: the vocabulary; CharTokenizer.train(text) finds it. */
  constructor(readonly characters: readonly string[]) {
    this.ids = new Map(characters.map((c, i) => [c, i]));
    if (this.ids.size !== characters.length) throw refuse('CharTokenizer', 'a character is in the vocabulary twice');
  }
  static train(text: string): CharTokenizer {
    return new CharTokenizer([...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!));
  }
  static fromJSON(data: { characters: string[] }): CharTokenizer { return new CharTokenizer(data.characters); }
  toJSON(): { characters: readonly string[] } { return { characters: this.characters }; }
  get vocabSize(): number { return this.characters.length; }
  /** Errors: ERR_ARGUMENT for a character that is not in the vocabulary. */
  encode(text: string): number[] {
    return Array.from(text, (c) => {
      const id = this.ids.get(c);
      if (id === undefined) throw refuse('CharTokenizer', `the character ${JSON.stringify(c)} is not in the vocabulary`);
      return id;
    });
  }
  decode(ids: Ids): string {
    return Array.from(ids, (id) => lookUp(this.characters, id, 'CharTokenizer')).join('');
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

/** A byte-pair tokenizer: tokens 0 to 255 are bytes, each further one joins two; so every text can be encoded. */
export class BpeTokenizer {
  private readonly ranks = new Map<number, number>();
  private readonly bytes: Uint8Array[] = Array.from({ length: 256 }, (_, i) => Uint8Array.of(i));
  private readonly known = new Map<string, number[]>();
  /** merges: pairs of tokens, of which number i becomes token 256 + i. */
  constructor(readonly merges: readonly (readonly [number, number])[]) {
    merges.forEach(([a, b], i) => {
      const left = lookUp(this.bytes, a, 'BpeTokenizer'), right = lookUp(this.bytes, b, 'BpeTokenizer');
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
    for (const [piece] of text.matchAll(pieces)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
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
  static fromJSON(data: { merges: [number, number][] }): BpeTokenizer { return new BpeTokenizer(data.merges); }
  toJSON(): { merges: readonly (readonly [number, number])[] } { return { merges: this.merges }; }
  get vocabSize(): number { return this.bytes.length; }

  encode(text: string): number[] {
    const out: number[] = [];
    for (const [piece] of text.matchAll(pieces)) for (const id of this.piece(piece)) out.push(id);
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
    const parts = Array.from(ids, (id) => lookUp(this.bytes, id, 'BpeTokenizer'));
    const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(all);
  }
}
