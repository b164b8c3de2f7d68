/** What goes on outside the calls of ops and yet matters to a recording (lib/compile): bytes that JavaScript reads and writes. */
import * as sys from '../gen/system';
import type { Tensor } from '../tensor';

/** A step of an optimizer in a recording: the numbers of its call are computed anew before each run. */
export interface LiveStep {
  optimizer: { readonly paramGroups: readonly object[]; readonly state: ReadonlyMap<unknown, unknown> };
  group: Record<string, unknown>;
  numbers: () => number[];
}

/** Whether a function is being recorded, and the optimizers' steps in it. */
export const recording: { on: boolean; steps: LiveStep[] } = { on: false, steps: [] };

/** Right before the call that makes a step: its floats, in order. The rest of the call must follow from the group's other options. */
export function stepping(optimizer: LiveStep['optimizer'], group: Record<string, unknown>, numbers: () => number[]): void {
  if (!recording.on) return;
  recording.steps.push({ optimizer, group, numbers });
  sys._captureOptimizer();
}
/** Something happens in JavaScript that a run of a program would not do again. */
export function onlyHere(what: string): void {
  if (recording.on) sys._captureBreak(what);
}

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
