/** Messages in the wire format of protocol buffers (https://protobuf.dev/programming-guides/encoding): fields in turn, by the caller in the order of their numbers and without defaults, as Google's libraries write them. */

export type Field = Uint8Array;

const encoder = new TextEncoder();

/** Whole numbers, those below zero as 64 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return bytes;
}

const key = (field: number, wire: number): number[] => varint(field * 8 + wire);

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

export const integer = (field: number, value: number): Field => Uint8Array.from([...key(field, 0), ...varint(value)]);
export const double = (field: number, value: number): Field => fixed(field, 1, new Float64Array([value]));
export const float = (field: number, value: number): Field => fixed(field, 5, new Float32Array([value]));
export const bytes = (field: number, value: Uint8Array): Field => join([Uint8Array.from([...key(field, 2), ...varint(value.length)]), value]);
export const text = (field: number, value: string): Field => bytes(field, encoder.encode(value));
export const message = (field: number, ...fields: Field[]): Field => bytes(field, join(fields));
export const packedDoubles = (field: number, values: readonly number[]): Field => bytes(field, littleEndian(Float64Array.from(values)));
export const packedFloats = (field: number, values: readonly number[]): Field => bytes(field, littleEndian(Float32Array.from(values)));

function fixed(field: number, wire: number, value: Float64Array | Float32Array): Field {
  return join([Uint8Array.from(key(field, wire)), littleEndian(value)]);
}

/** Every machine that runs JavaScript today stores numbers so. */
const littleEndian = (values: Float64Array | Float32Array): Uint8Array => new Uint8Array(values.buffer);
