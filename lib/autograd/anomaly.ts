/** Anomaly detection: gradients that turn NaN are errors that say which forward call they belong to. */
import { abi } from '../backend/abi';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { onRecord } from './callbacks';
import { scoped } from './modes';

const OFF = 0, TRACE = 1, CHECK_NAN = 2;

/** Where each recorded op was called, by number of its node; only while detection is on. */
const traces = new Map<number, string>();

function trace(): void {
  const sequence = abi().wall()[0];
  const holder: { stack?: string } = {};
  Error.captureStackTrace?.(holder, trace);
  traces.set(sequence, holder.stack ?? new Error().stack ?? '');
}

/** Turns anomaly detection on or off. checkNan: also look for NaN in every gradient. https://pytorch.org/docs/stable/autograd.html#anomaly-detection */
export function setDetectAnomaly(mode: boolean, checkNan = true): void {
  sys._setAnomaly(mode ? TRACE | (checkNan ? CHECK_NAN : 0) : OFF);
  onRecord(mode ? trace : null);
  if (!mode) traces.clear();
}

export function isAnomalyEnabled(): boolean {
  const mode = sys._setAnomaly(OFF);
  sys._setAnomaly(mode);
  return mode !== OFF;
}

/** Runs fn with anomaly detection: a backward inside it that meets NaN fails, naming the op and where it was called. Slow: for debugging. */
export function detectAnomaly<T>(fn: () => T, options: { checkNan?: boolean } = {}): T {
  return scoped('detectAnomaly', fn, () => {
    const outer = isAnomalyEnabled();
    setDetectAnomaly(true, options.checkNan ?? true);
    return () => { if (!outer) setDetectAnomaly(false); };
  });
}

/** Runs a backward pass; what went wrong in anomaly mode is told together with the forward call. */
export function withTrace<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const node = error instanceof TorshError && traces.size > 0 ? sys._anomalousNode() : 0;
    const where = traces.get(node);
    if (where === undefined) throw error;
    const { code, op, message } = error as TorshError;
    const stack = where.split('\n').slice(1).join('\n');
    throw new TorshError(code, op, `${message} The forward call that it belongs to:\n${stack}`, { cause: error });
  }
}
