/** torsh.profiler: where the time goes, op by op. https://pytorch.org/docs/stable/profiler.html */
import { bind, signature } from '../bind';
import { TorshError } from '../errors';
import { writeFile } from '../io/files.node';
import type { FileName } from '../io/values';
import { registerModuleForwardHook, registerModuleForwardPreHook } from '../nn/global-hooks';
import type { Module } from '../nn/module';
import { now, Recorder, type Frame, type Options, type ProfilerEvent } from './recorder';
import { Averages, type Average, type TableOptions } from './table';

export type { Average, Averages, ProfilerEvent, TableOptions };

export interface ProfileOptions {
  /** Shapes of the tensors that ops take; averages can then be told apart by them. */
  recordShapes?: boolean;
  /** Bytes that tensors take. */
  profileMemory?: boolean;
  /** Where ops were called. */
  withStack?: boolean;
  /** A row for each module that is called. */
  withModules?: boolean;
  /** What a step is for: see schedule(). Without, all is recorded. */
  schedule?: Schedule | null;
  /** Called with the profile after each cycle of the schedule. */
  onTraceReady?: ((profile: Profile) => unknown) | null;
}
export type ScheduleAction = 'none' | 'warmup' | 'record' | 'recordAndSave';
export type Schedule = (step: number) => ScheduleAction;

const sigs = {
  profile: signature('profile', '*, activities=null, schedule=null, onTraceReady=null, recordShapes=false, profileMemory=false, withStack=false, withModules=false'),
  schedule: signature('schedule', '*, wait, warmup, active, repeat=0, skipFirst=0'),
};
const refuse = (op: string, text: string, code: 'ERR_ARGUMENT' | 'ERR_UNSUPPORTED' = 'ERR_ARGUMENT'): TorshError => new TorshError(code, op, `${op}: ${text}`);

/** The one that records now. */
let active: Recorder | null = null;

type Scope = { recorder: Recorder; frame: Frame } | null;
const begin = (name: string, kind: 'function' | 'module'): Scope => (active === null ? null : { recorder: active, frame: active.enter(name, kind) });
const finish = (scope: Scope): void => { scope?.recorder.leave(scope.frame); };

/** Modules by their path, as far as it is known. */
function watchModules(): () => void {
  const open: Scope[] = [];
  const enter = registerModuleForwardPreHook((module: Module) => { open.push(begin(`nn.Module: ${module.constructor.name}`, 'module')); });
  const leave = registerModuleForwardHook(() => { finish(open.pop() ?? null); }, { alwaysCall: true });
  return () => { enter.remove(); leave.remove(); };
}

/** A profile: start(), stop() and what lies between; or run(f). See profile(). */
export class Profile {
  private recorder: Recorder | null = null;
  private unwatch: (() => void) | null = null;
  private going = false;
  /** Steps told by step(). */
  stepNum = 0;
  private readonly options: Options;
  private readonly plan: Schedule | null;
  private readonly ready: ((profile: Profile) => unknown) | null;

  constructor(options: ProfileOptions = {}) {
    const [, plan, ready, ...flags] = bind(sigs.profile, [options]);
    for (const [name, f] of [['schedule', plan], ['onTraceReady', ready]] as const) if (f !== null && typeof f !== 'function') throw refuse('profile', `${name} must be a function`);
    const [recordShapes, profileMemory, withStack, withModules] = flags.map(Boolean);
    this.options = { recordShapes, profileMemory, withStack, withModules };
    this.plan = plan as Schedule | null;
    this.ready = ready as ((profile: Profile) => unknown) | null;
  }

  /** Begins to record. Errors: ERR_UNSUPPORTED while another profile does. */
  start(): this {
    if (this.going) throw refuse('profile', 'it has been started');
    if (this.plan === null || ['record', 'recordAndSave'].includes(this.plan(0))) this.record();
    this.going = true;
    this.stepNum = 0;
    return this;
  }
  stop(): void {
    if (!this.going) return;
    this.going = false;
    const saved = this.pause();
    if (saved && this.plan !== null) this.ready?.(this);
    else if (this.plan === null) this.ready?.(this);
  }
  /** The end of a step, for schedules. */
  step(): void {
    if (!this.going) throw refuse('profile', 'step() comes between start() and stop()');
    const before = this.plan?.(this.stepNum) ?? 'record', after = this.plan?.(++this.stepNum) ?? 'record';
    if (this.plan === null) { this.stepNum++; return; }
    const records = (action: ScheduleAction): boolean => action === 'record' || action === 'recordAndSave';
    if (before === 'recordAndSave') {
      this.pause();
      this.ready?.(this);
    }
    if (records(after) && active === null) this.record();
    else if (!records(after)) this.pause();
  }
  /** Records f, and gives what it gives; it may return a Promise. */
  run<T>(f: (profile: this) => T): T {
    this.start();
    let result: T;
    try {
      result = f(this);
    } catch (error) {
      this.stop();
      throw error;
    }
    if (typeof (result as PromiseLike<unknown> | null)?.then !== 'function') { this.stop(); return result; }
    return (result as unknown as Promise<unknown>).finally(() => { this.stop(); }) as T;
  }

  private record(): void {
    if (active !== null) throw refuse('profile', 'another profile records now; stop it first', 'ERR_UNSUPPORTED');
    this.recorder = active = new Recorder(this.options);
    if (this.options.withModules) this.unwatch = watchModules();
    active.start();
  }
  private pause(): boolean {
    if (this.recorder === null || active !== this.recorder) return false;
    this.recorder.stop();
    active = null;
    this.unwatch?.();
    this.unwatch = null;
    return true;
  }
  private get recorded(): Recorder {
    if (this.recorder === null) throw refuse('profile', 'nothing has been recorded');
    return this.recorder;
  }

  /** Every call, in the order in which they ended. */
  events(): readonly ProfilerEvent[] { return this.recorded.events; }
  /** Calls by name; with groupByInputShape by name and shapes (which recordShapes has to record). */
  keyAverages(options: boolean | { groupByInputShape?: boolean } = false): Averages {
    const byShape = typeof options === 'boolean' ? options : options.groupByInputShape ?? false;
    const { sums, origin, end } = this.recorded, rows = new Map<string, Average>();
    for (const [key, { event, count, total, self, memory, selfMemory }] of sums) {
      const name = byShape ? key : event.name;
      let row = rows.get(name);
      if (!row) rows.set(name, row = { key: event.name, count: 0, cpuTimeTotal: 0, selfCpuTimeTotal: 0, cpuTime: 0, cpuMemoryUsage: 0, selfCpuMemoryUsage: 0, inputShapes: byShape ? event.inputShapes : null });
      row.count += count;
      row.cpuTimeTotal += total;
      row.selfCpuTimeTotal += self;
      row.cpuMemoryUsage += memory;
      row.selfCpuMemoryUsage += selfMemory;
      row.cpuTime = row.cpuTimeTotal / row.count;
    }
    const averages = new Averages();
    averages.push(...rows.values());
    Object.defineProperty(averages, 'withMemory', { value: this.options.profileMemory, enumerable: false });
    Object.defineProperty(averages, 'wall', { value: end > 0 ? end - origin : 0, enumerable: false });
    return averages;
  }

  /** Writes the trace for chrome://tracing or https://ui.perfetto.dev to a file; without one returns its JSON. */
  exportChromeTrace(path: FileName): void;
  exportChromeTrace(): string;
  exportChromeTrace(path?: FileName): string | void {
    const { events, dropped, origin } = this.recorded;
    const categories = { op: 'cpu_op', function: 'user_annotation', module: 'python_function' };
    const text = JSON.stringify({
      displayTimeUnit: 'ms', otherData: { library: 'torsh', ...(dropped > 0 ? { droppedEvents: dropped } : {}) },
      traceEvents: [
        { ph: 'M', name: 'process_name', pid: 1, tid: 1, args: { name: 'torsh' } },
        ...events.map((e) => ({
          ph: 'X', cat: categories[e.kind], name: e.name, pid: 1, tid: 1, ts: origin + e.start, dur: e.duration,
          args: {
            ...(e.inputShapes ? { 'Input Dims': e.inputShapes, 'Input type': e.inputDtypes } : {}), ...(this.options.profileMemory ? { Bytes: e.memory } : {}), ...(e.stack ? { 'Call stack': e.stack.join(';') } : {}),
          },
        })),
      ],
    });
    if (path === undefined) return text;
    writeFile(path, 'exportChromeTrace', [new TextEncoder().encode(text)]);
  }
  /** `using prof = ...`: stop() at the end of the block. */
  declare [Symbol.dispose]: () => void;
}
if (typeof Symbol.dispose === 'symbol') {
  Object.defineProperty(Profile.prototype, Symbol.dispose, { value: Profile.prototype.stop, writable: true, configurable: true });
}

/**
 * A profile of what runs between its start() and stop(): each op is timed where its call leaves JavaScript (backward is one call, and so is a step of an optimizer).
 * `const prof = profile({ recordShapes: true }); prof.run(() => model(x)); console.log(prof.keyAverages().table({ sortBy: 'selfCpuTimeTotal', rowLimit: 10 }))`.
 * While none records, ops run as if there were no profiler. Errors: ERR_UNSUPPORTED while another one records.
 */
export const profile = (options: ProfileOptions = {}): Profile => new Profile(options);

/** Cycles of steps: so many are left alone, so many warm up, so many are recorded; `repeat` cycles (0: for ever) after the first skipFirst steps. */
export function schedule(options: { wait: number; warmup: number; active: number; repeat?: number; skipFirst?: number }): Schedule {
  const [wait, warmup, recorded, repeat, skipFirst] = bind(sigs.schedule, [options]) as number[];
  for (const [name, n, least] of [['wait', wait, 0], ['warmup', warmup, 0], ['active', recorded, 1], ['repeat', repeat, 0], ['skipFirst', skipFirst, 0]] as const) {
    if (!Number.isSafeInteger(n) || n < least) throw refuse('schedule', `${name} must be an integer of at least ${least}, but got ${String(n)}`);
  }
  const length = wait + warmup + recorded;
  return (step) => {
    if (step < skipFirst) return 'none';
    const at = step - skipFirst;
    if (repeat > 0 && at >= repeat * length) return 'none';
    const place = at % length;
    return place < wait ? 'none' : place < wait + warmup ? 'warmup' : place < length - 1 ? 'record' : 'recordAndSave';
  };
}

/** A part of the program with a name of its own in profiles: end() ends it. */
export interface RecordFunction { end(): void; [Symbol.dispose](): void }

/** A row of its own for a part of the program: recordFunction(name, f) gives what f gives (also a Promise); recordFunction(name) lasts until its end(). Costs nothing while nothing is profiled. */
export function recordFunction(name: string): RecordFunction;
export function recordFunction<T>(name: string, f: () => T): T;
export function recordFunction<T>(name: string, f?: () => T): T | RecordFunction {
  if (typeof name !== 'string') throw refuse('recordFunction', `a name must be a string, but got ${String(name)}`);
  const scope = begin(name, 'function');
  if (f === undefined) {
    const made = { end: () => { finish(scope); } };
    if (typeof Symbol.dispose === 'symbol') Object.defineProperty(made, Symbol.dispose, { value: made.end });
    return made as RecordFunction;
  }
  let result: T;
  try {
    result = f();
  } catch (error) {
    finish(scope);
    throw error;
  }
  if (scope === null || typeof (result as PromiseLike<unknown> | null)?.then !== 'function') { finish(scope); return result; }
  // Other work runs meanwhile: what it takes is not this one's.
  const { recorder, frame } = scope;
  const inside = frame.inside;
  recorder.detach(frame);
  return (result as unknown as Promise<unknown>).finally(() => {
    if (recorder.end > 0) return;
    frame.event.duration = now() - recorder.origin - frame.event.start;
    frame.event.self = Math.max(0, frame.event.duration - inside);
    recorder.add(frame.event);
  }) as T;
}
