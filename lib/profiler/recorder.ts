/** What a profile records: a stack of calls with their times. One at a time; while there is none, nothing here runs. */
import { abi, type Abi } from '../backend/abi';
import { watchCalls } from '../runtime/call';
import { opNames } from '../runtime/signature';
import { bytesInUse, inputsOf } from './shapes';

export interface Options { recordShapes: boolean; profileMemory: boolean; withStack: boolean; withModules: boolean }

/** A call: times are in microseconds from the start of the profile. */
export interface ProfilerEvent {
  name: string;
  kind: 'op' | 'function' | 'module';
  start: number;
  duration: number;
  /** Without the calls inside. */
  self: number;
  depth: number;
  memory: number;
  selfMemory: number;
  inputShapes: number[][] | null;
  inputDtypes: string[] | null;
  stack: string[] | null;
}

interface Frame { event: ProfilerEvent; inside: number; insideMemory: number; bytes: number }

/** Events that are kept for the trace; averages go on. */
export const MOST_EVENTS = 1e6;

/** Questions and settings that take no time worth a row. */
const hidden = new Set(['_meta', '_sameStorage', '_storage', '_setRequiresGrad', '_grad', '_gradId', '_setGrad', '_retainGrad', '_gradFn', '_nextFunctions', '_addHook', '_removeHook',
  '_droppedCallbacks', '_setAnomaly', '_anomalousNode', '_setGradMode', '_setInferenceMode', '_setAutocast', '_autocast', '_gradMode', '_inferenceMode', '_setDefaultDtype', '_resultType',
  '_promoteTypes', '_canCast', '_share', '_memory', '_setMemoryBudget', '_resetPeakMemory', '_trimMemory', '_numThreads', '_setNumThreads', '_build', '_hasGrads']);
const words: Record<string, string> = { _autogradGrad: 'autograd.grad' };
/** '_adamStep_' is adamStep; 'add_' stays. */
const shown = (name: string): string => words[name] ?? (name.startsWith('_') ? name.slice(1).replace(/_$/, '') : name);

let names: (string | null)[] | null = null;
const nameOf = (op: number): string | null => (names ??= opNames().map((name) => (hidden.has(name) ? null : shown(name))))[op];

export const now = (): number => performance.now() * 1000;

/** The calls under way, innermost first, without those of the library, which say nothing, and of Node itself. */
export function callsNow(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40; // those of the library count too
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  return lines.map((l) => l.trim().replace(/^at /, '')).filter((l) => !/[\\/](native|wasm|kit|comforts|torsh|torsh\.web|web)\.[cm]?js[:)]/.test(l) && !l.includes('node:internal'));
}

export class Recorder {
  events: ProfilerEvent[] = [];
  dropped = 0;
  /** By name, and by name and shapes. */
  readonly sums = new Map<string, { event: ProfilerEvent; count: number; total: number; self: number; memory: number; selfMemory: number }>();
  private readonly stack: Frame[] = [];
  private readonly call: Abi['call'];
  readonly origin = now();
  end = 0;

  constructor(readonly options: Options) {
    this.call = abi().call;
  }
  start(): void {
    watchCalls((call) => (op, owner) => {
      const name = nameOf(op);
      if (name === null) { call(op, owner); return; }
      const { recordShapes, withStack } = this.options;
      const inputs = recordShapes ? inputsOf(op, call) : null;
      const frame = this.enter(name, 'op');
      if (inputs !== null) { frame.event.inputShapes = inputs.shapes; frame.event.inputDtypes = inputs.dtypes; }
      if (withStack) frame.event.stack = callsNow();
      let failed = true;
      try {
        call(op, owner);
        failed = abi().wall()[0] !== 0;
      } finally {
        this.leave(frame, failed);
      }
    });
  }
  stop(): void {
    watchCalls(null);
    this.end = now();
    while (this.stack.length > 0) this.leave(this.stack[this.stack.length - 1]);
  }

  enter(name: string, kind: ProfilerEvent['kind']): Frame {
    const bytes = this.options.profileMemory ? bytesInUse(this.call) : 0;
    const frame: Frame = {
      event: { name, kind, start: 0, duration: 0, self: 0, depth: this.stack.length, memory: 0, selfMemory: 0, inputShapes: null, inputDtypes: null, stack: null },
      inside: 0, insideMemory: 0, bytes,
    };
    this.stack.push(frame);
    frame.event.start = now() - this.origin;
    return frame;
  }
  /** failed: the error's text is still to be read, so nothing may be asked. */
  leave(frame: Frame, failed = false): void {
    const { event } = frame;
    event.duration = now() - this.origin - event.start;
    // What was not left when it threw ends with what is around it.
    const at = this.stack.lastIndexOf(frame);
    if (at < 0) return;
    while (this.stack.length > at + 1) this.leave(this.stack[this.stack.length - 1]);
    this.stack.pop();
    if (this.options.profileMemory && !failed) event.memory = bytesInUse(this.call) - frame.bytes;
    event.self = Math.max(0, event.duration - frame.inside);
    event.selfMemory = event.memory - frame.insideMemory;
    const above = this.stack[this.stack.length - 1];
    if (above) { above.inside += event.duration; above.insideMemory += event.memory; }
    this.add(event);
  }
  /** An event that is not on the stack: what was awaited. */
  add(event: ProfilerEvent): void {
    if (this.events.length < MOST_EVENTS) this.events.push(event);
    else this.dropped++;
    const key = event.inputShapes === null ? event.name : `${event.name}${JSON.stringify(event.inputShapes)}`;
    const sum = this.sums.get(key);
    if (sum) {
      sum.count++; sum.total += event.duration; sum.self += event.self; sum.memory += event.memory; sum.selfMemory += event.selfMemory;
    } else this.sums.set(key, { event, count: 1, total: event.duration, self: event.self, memory: event.memory, selfMemory: event.selfMemory });
  }
  /** A frame leaves the stack while what it stands for goes on. */
  detach(frame: Frame): void {
    const at = this.stack.lastIndexOf(frame);
    if (at >= 0) this.stack.splice(at, 1);
  }
}

export type { Frame };
