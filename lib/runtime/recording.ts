/** What goes on outside the calls of ops and yet matters to a recording (lib/compile): bytes that JavaScript reads and writes. */
import * as sys from '../gen/system';
import type { Tensor } from '../tensor';

/** Whether a function is being recorded. */
export const recording = { on: false };

/** Bytes of a tensor have come to JavaScript. */
export function readValues(): void {
  if (recording.on) sys._captureBreak('it reads values into JavaScript, which may decide by them');
}
/** JavaScript has filled a tensor that it has just made. */
export function wroteValues(t: Tensor): void {
  if (recording.on) sys._captureLiteral(t);
}
/** The same of any other tensor, or of a part. */
export function wrotePart(): void {
  if (recording.on) sys._captureBreak('it writes values into a tensor');
}
