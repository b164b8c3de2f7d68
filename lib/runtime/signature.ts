/** Signatures of ops as the generator writes them ('add|Tensor|Operand input, Operand other, *, Scalar alpha=1'), read at first use. */
import { type Param, type Signature } from '../bind';
import { signatures } from '../gen/signatures';

export interface OpParam extends Param {
  type: string;
  /** A lone number stands for this many (stride=2 is [2, 2]); 0: for one. */
  expand: number;
}

export interface OpSignature extends Signature {
  id: number;
  params: OpParam[];
  returns: string;
  /** Names of the results, for several. */
  fields: string[] | null;
  count: number;
  hasOut: boolean;
  /** Params before this one go to the wall; the others are options of factories, then out. */
  encoded: number;
}

const parsed: OpSignature[] = [];
let lines: readonly string[] | null = null;

/** The signature of an op by its id. */
export function signatureOf(id: number): OpSignature {
  return (parsed[id] ??= read(id));
}

/** The names of all ops, by id. */
export const opNames = (): string[] => (lines ??= signatures.split('\n')).map((line) => line.slice(0, line.indexOf('|')));

function read(id: number): OpSignature {
  lines ??= signatures.split('\n');
  const [name, returns, ...text] = lines[id].split('|');
  return parse(id, name, text.join('|'), returns);
}

function parse(id: number, name: string, text: string, returns: string): OpSignature {
  const params: OpParam[] = [];
  let keywordOnly = false;
  for (const part of splitTop(text)) {
    if (part === '*') { keywordOnly = true; continue; }
    const m = /^([A-Za-z]+(?:\[\])?\??(?:\[\])?)(?::(\d+))? (\.\.\.)?(\w+)(?:=(.*))?$/.exec(part)!;
    params.push({
      type: m[1], expand: m[2] ? Number(m[2]) : 0, spread: m[3] === undefined ? null : m[1] === 'Tensor[]' ? 'tensors' : 'numbers', name: m[4], keywordOnly, mapping: false,
      required: m[5] === undefined, default: m[5] === undefined ? undefined : JSON.parse(m[5]),
    });
  }
  const index = new Map(params.map((p, i) => [p.name, i] as const));
  if (index.has('dim') && !index.has('axis')) index.set('axis', index.get('dim')!);
  if (index.has('input') && !index.has('self')) index.set('self', index.get('input')!);
  const keywords = params.findIndex((p) => p.keywordOnly);
  const [fields, count] = returns.includes(';') ? returns.split(';') : [null, '1'];
  const layout = params.findIndex((p) => p.name === 'layout');
  const hasOut = params.length > 0 && params[params.length - 1].name === 'out';
  return {
    id, name, params, index, positional: keywords < 0 ? params.length : keywords, returns, fields: fields ? fields.split(',') : null,
    count: Number(count), hasOut, encoded: layout >= 0 ? layout : params.length - (hasOut ? 1 : 0),
  };
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0, start = 0, quoted = false;
  for (let i = 0; i <= text.length; i++) {
    const c = text[i];
    if (c === '"') quoted = !quoted;
    else if (!quoted && c === '[') depth++;
    else if (!quoted && c === ']') depth--;
    else if (i === text.length || (c === ',' && depth === 0 && !quoted)) { const p = text.slice(start, i).trim(); if (p) parts.push(p); start = i + 1; }
  }
  return parts;
}
