/** Host callbacks that the core runs by number: tensor hooks, functions of autograd.Function, traces of anomaly mode. */
import { abi } from '../backend/abi';
import { TorshError } from '../errors';
import * as sys from '../gen/system';
import { keepThrown } from '../runtime/call';

/** Reads its arguments from the wall and leaves its answer there. */
type Runner = () => void;

const callbacks = new Map<number, Runner>();
/** Number 0 is the core's own: it is told of recorded ops in anomaly mode. */
const TRACE = 0;
let listening = false;

function run(id: number): boolean {
  try {
    const runner = callbacks.get(id);
    /* Silence would leave what lies on the wall as the answer. */
    if (runner === undefined && id !== TRACE) throw new TorshError('ERR_AUTOGRAD', 'backward', `backward: function ${id} of the graph is gone`);
    runner?.();
    return true;
  } catch (error) {
    keepThrown(error);
    return false;
  }
}

function listen(): void {
  if (listening) return;
  abi().onCallback(run);
  listening = true;
}

/** Forgets callbacks whose graphs are gone, and with them the tensors that they hold. */
export function sweepCallbacks(): void {
  if (callbacks.size > 0) for (const id of sys._droppedCallbacks()) callbacks.delete(id);
}

export function registerCallback(runner: Runner): number {
  listen();
  sweepCallbacks();
  const id = abi().nextCallback();
  callbacks.set(id, runner);
  return id;
}

export const forgetCallback = (id: number): void => { callbacks.delete(id); };

/** What runs when an op is recorded in anomaly mode; null for nothing. */
export function onRecord(runner: Runner | null): void {
  listen();
  if (runner) callbacks.set(TRACE, runner);
  else callbacks.delete(TRACE);
}
