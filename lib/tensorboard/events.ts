/**
 * TensorBoard's messages (https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto) and the records that hold them: for each
 * its length (8 bytes), a check of that, the message, a check of it (https://www.tensorflow.org/tutorials/load_data/tfrecord).
 */
import { bytes, double, float, integer, join, message, packedDoubles, packedFloats, text, type Field } from './protobuf';

let table: Uint32Array | null = null;

/** Castagnoli's check, as RFC 3720 has it. */
function crc32c(bytes: Uint8Array): number {
  const t = (table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
    return c;
  }));
  let c = 0xffffffff;
  for (const byte of bytes) c = t[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** Rotated and shifted, so that a check of data that holds checks says something. */
function masked(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

export function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length + 4), view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(out.subarray(0, 8)), true);
  out.set(data, 12);
  view.setUint32(12 + data.length, masked(data), true);
  return out;
}

const event = (walltime: number, step: number | null, what: Field): Uint8Array => record(join([double(1, walltime), ...(step === null || step === 0 ? [] : [integer(2, step)]), what]));

export const versionEvent = (walltime: number, step: number | null = null): Uint8Array => event(walltime, step, text(3, 'brain.Event:2'));
/** Steps from here on were done before and are to be forgotten. */
export const restartEvent = (walltime: number, step: number): Uint8Array => event(walltime, step, message(7, integer(1, 1)));
export const summaryEvent = (walltime: number, step: number | null, ...values: Field[]): Uint8Array => event(walltime, step, message(5, ...values));

const plugin = (name: string, content?: Uint8Array): Field => message(9, message(1, text(1, name), ...(content === undefined || content.length === 0 ? [] : [bytes(2, content)])));
const summary = (tag: string, ...value: Field[]): Field => message(1, text(1, tag), ...value);

export const scalarValue = (tag: string, value: number): Field => summary(tag, float(2, value));
/** As a tensor: TensorBoard shows both alike. Of type DT_FLOAT (1) or DT_DOUBLE (2). */
export const scalarTensorValue = (tag: string, value: number, precise: boolean): Field =>
  summary(tag, message(8, integer(1, precise ? 2 : 1), precise ? packedDoubles(6, [value]) : packedFloats(5, [value])), plugin('scalars'));
export const imageValue = (tag: string, height: number, width: number, channels: number, png: Uint8Array): Field =>
  summary(tag, message(4, integer(1, height), integer(2, width), integer(3, channels), bytes(4, png)));
/** DT_STRING (7), one of them. */
export const textValue = (tag: string, value: string): Field =>
  summary(`${tag}/text_summary`, message(8, integer(1, 7), message(2, message(2, integer(1, 1))), text(8, value)), plugin('text'));

export interface Histogram { min: number; max: number; num: number; sum: number; sumSquares: number; limits: readonly number[]; counts: readonly number[] }
const nonzero = (field: number, value: number): Field[] => (Object.is(value, 0) ? [] : [double(field, value)]);
export const histogramValue = (tag: string, h: Histogram): Field => summary(tag, message(5,
  ...nonzero(1, h.min), ...nonzero(2, h.max), ...nonzero(3, h.num), ...nonzero(4, h.sum), ...nonzero(5, h.sumSquares), packedDoubles(6, h.limits), packedDoubles(7, h.counts)));

export type HparamValue = number | string | boolean;

/** google.protobuf.Value */
const any = (value: HparamValue): Field[] => [typeof value === 'number' ? double(2, value) : typeof value === 'string' ? text(3, value) : integer(4, value ? 1 : 0)];
const kinds = { string: 1, boolean: 2, number: 3 } as const;

/** What the HParams plugin reads: which settings and metrics an experiment has, the settings of this run, and that it went well. */
export function hparamValues(hparams: Record<string, HparamValue>, metrics: readonly string[], domains: Record<string, readonly HparamValue[]>): Field[] {
  const infos = Object.entries(hparams).map(([name, value]) => message(4, text(1, name), integer(4, kinds[typeof value as 'number']),
    ...(domains[name] ? [message(5, ...domains[name].map((v) => message(1, ...any(v))))] : [])));
  const tags = metrics.map((tag) => message(5, message(1, text(2, tag))));
  const settings = Object.entries(hparams).map(([name, value]) => message(1, text(1, name), message(2, ...any(value))));
  return [
    summary('_hparams_/experiment', plugin('hparams', message(2, ...infos, ...tags))),
    summary('_hparams_/session_start_info', plugin('hparams', message(3, ...settings))),
    summary('_hparams_/session_end_info', plugin('hparams', message(4, integer(1, 1)))),
  ];
}
