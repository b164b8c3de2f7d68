/** The WebAssembly backend: the loader of dist/torsh.wasm and dist/torsh-threads.wasm, for Node and pages alike. */
import { TorshError } from '../errors';
import { tableHash } from '../gen/hash';
import type { Abi, Owner } from './abi';
import { relaxedWish, startWorker, threadsRefused, usualThreads, wasmBytes, workersComeLate } from './wasm-host.node';
import { mayWait } from './wasm-workers';

interface Exports {
  /** Its own; with threads the memory is an import. */
  memory?: WebAssembly.Memory;
  _initialize?: () => void;
  torsh_init(bytes: number): number;
  torsh_call(op: number): void;
  torsh_release(handle: number): number;
  torsh_message(): number;
  torsh_table_hash(): number;
  torsh_data(handle: number): number;
  /** With threads: how many by default, and what they are like; that a worker could not be started. */
  torsh_threads?(usual: number, mayWait: boolean, late: boolean): void;
  torsh_worker_refused?(slot: number): void;
  /** That the module of wasm/relaxed.c is there. */
  torsh_relaxed(): void;
}

const WALL = 65536;
/** Pages of 64 KiB: what wasm/build.mjs gives a module to begin with, and all that 32 bits can address. */
const INITIAL_PAGES = 256, MOST_PAGES = 65536;

/** Shared memory reserves its maximum at once; where that is refused, half of it may do. */
function sharedMemory(): [memory: WebAssembly.Memory, pages: number] {
  let trouble: unknown;
  for (let maximum = MOST_PAGES; maximum >= MOST_PAGES / 16; maximum /= 2) {
    try {
      return [new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true }), maximum];
    } catch (e) {
      trouble = e;
    }
  }
  throw new TorshError('ERR_MEMORY', 'torsh', `torsh: shared memory was refused (${(trouble as Error).message})`);
}

function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): Exports {
  try {
    return new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: the WebAssembly backend could not be started: ${(e as Error).message}`, { cause: e });
  }
}

/** A table with 64-bit indices. V8 that has relaxed SIMD but not these (before 13.3) runs out of registers in its tiles, which are then slow. */
const RECENT = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 4, 4, 1, 0x70, 4, 0);

/** The module within a module (wasm/relaxed.c), where the engine takes it. */
function relaxedOf(module: WebAssembly.Module, wish: boolean | undefined): WebAssembly.Module | null {
  try {
    if (!(wish ?? WebAssembly.validate(RECENT))) return null;
    return new WebAssembly.Module(WebAssembly.Module.customSections(module, 'torsh.relaxed')[0]!);
  } catch {
    return null;
  }
}

/** An instance of a compiled module as a backend. What turns out later about its threads is added to `reasons`. relaxedSimd: see init(). */
export function wasmAbi(module: WebAssembly.Module, reasons: string[], relaxedSimd = relaxedWish()): Abi {
  let callback: (id: number) => boolean = () => false;
  let dead: string | null = null;
  const needs = WebAssembly.Module.imports(module), threaded = needs.some(({ kind }) => kind === 'memory');
  const refused = threaded ? threadsRefused() : null;
  if (refused !== null) throw new TorshError('ERR_BACKEND', 'torsh', `torsh: this module needs threads: ${refused}`);
  const relaxed = relaxedOf(module, relaxedSimd);
  let fused: WebAssembly.Exports; // of relaxed
  const [shared, pages] = threaded ? sharedMemory() : [null, MOST_PAGES];
  const failed = (slot: number, why: string): void => {
    if (dead !== null) return;
    exports.torsh_worker_refused!(slot);
    const reason = 'fewer threads: a worker could not be started: ';
    if (!reasons.some((r) => r.startsWith(reason))) reasons.push(reason + why);
  };
  const env: Record<string, unknown> = {
    memory: shared,
    callback: (id: number) => (callback(id) ? 1 : 0),
    now: () => performance.now(),
    worker(slot: number, stack: number) {
      try {
        startWorker({ module, relaxed, memory: shared!, slot, stack }, (why) => { failed(slot, why); });
      } catch (e) {
        failed(slot, (e as Error).message);
      }
    },
  };
  for (const { name } of relaxed ? WebAssembly.Module.exports(relaxed) : []) env[name] = (p: number, q: number) => (fused[name] as (p: number, q: number) => unknown)(p, q);
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module: from, name } of needs) (imports[from] ??= {})[name] = (from === 'env' && env[name]) || (() => 0);
  const exports = instantiate(module, imports as WebAssembly.Imports);
  const memory = shared ?? exports.memory!;
  if (relaxed) {
    fused = new WebAssembly.Instance(relaxed, { env: { ...exports, memory } as WebAssembly.ModuleImports }).exports;
    exports.torsh_relaxed();
  }
  exports._initialize?.();
  const at = exports.torsh_init(pages * 65536);
  if (at === 0) throw new TorshError('ERR_MEMORY', 'torsh', 'torsh: not enough memory to start the WebAssembly backend');
  if (threaded) {
    const [count, why] = usualThreads();
    exports.torsh_threads!(count, mayWait(), workersComeLate);
    if (why !== null) reasons.push(why);
  }

  /** Bytes of the memory as it is now. */
  const bytesAt = (pointer: number, length: number): Uint8Array => {
    const end = (pointer >>> 0) + length;
    if (end > memory.buffer.byteLength) memory.grow(0); // it was grown by another thread, of which this one has not heard yet
    return new Uint8Array(memory.buffer, pointer >>> 0, length);
  };
  const text = (pointer: number): string => {
    const bytes = bytesAt(pointer, 1), all = new Uint8Array(bytes.buffer, bytes.byteOffset);
    return new TextDecoder().decode(all.slice(0, all.indexOf(0))); // a copy: decoders refuse shared memory
  };
  if (text(exports.torsh_table_hash()) !== tableHash) {
    throw new TorshError('ERR_BACKEND', 'torsh', 'torsh: the .wasm file was built from another version');
  }

  let view = new Float64Array(memory.buffer, at, WALL);
  /* Memory that has grown leaves old views with length 0, unless it is shared. */
  const wall = (): Float64Array => (view.length === 0 ? (view = new Float64Array(memory.buffer, at, WALL)) : view);
  /* Without unregister tokens, which cost ten times the registration: a tensor that was disposed leaves 0 in its cell. */
  const registry = new FinalizationRegistry<{ handle: number }>((cell) => { if (cell.handle !== 0 && dead === null) exports.torsh_release(cell.handle); });
  const watch = (owner: Owner, handle: number): void => {
    owner._cell = { handle };
    registry.register(owner, owner._cell);
  };
  const bytesOf = (handle: number, length: number): Uint8Array => {
    const pointer = exports.torsh_data(handle);
    if (pointer === 0 && length > 0) throw new TorshError('ERR_DISPOSED', 'torsh', 'torsh: the tensor has been disposed');
    return bytesAt(pointer, length);
  };
  let callbacks = 0;
  const { torsh_call, torsh_release } = exports;
  return {
    name: 'wasm',
    oneMemory: false,
    wall,
    call(op, owner) {
      if (dead !== null) throw new TorshError('ERR_BACKEND', 'torsh', dead);
      try {
        torsh_call(op);
      } catch (e) {
        dead = `torsh: the WebAssembly backend has crashed and can no longer be used (${(e as Error).message})`;
        throw new TorshError('ERR_BACKEND', 'torsh', dead, { cause: e });
      }
      if (owner !== null) {
        const w = wall();
        if (w[0] === 0 && w[1] !== 0) watch(owner, w[1]);
      }
    },
    track: watch,
    retrack(from, to, handle) {
      if (from._cell) from._cell.handle = 0;
      watch(to, handle);
    },
    release(owner, handle) {
      if (owner._cell) owner._cell.handle = 0;
      return dead === null && torsh_release(handle) !== 0;
    },
    message: () => text(exports.torsh_message()),
    read: (handle, bytes) => { bytes.set(bytesOf(handle, bytes.length)); },
    write: (handle, bytes) => { bytesOf(handle, bytes.length).set(bytes); },
    onCallback: (fn) => { callback = fn; },
    nextCallback: () => ++callbacks,
    collect: () => undefined,
    tableHash: () => text(exports.torsh_table_hash()),
  };
}

/** What a page or bundler has of a module. */
export type WasmSource = WebAssembly.Module | BufferSource | Response | PromiseLike<Response> | URL | string;

const unavailable = (op: string): TorshError => new TorshError('ERR_BACKEND', op, `${op}: WebAssembly is not available here (switched off in the browser's settings or by a policy?), and torsh cannot run without it`);

/** What a module that cannot be compiled means. */
function notCompiled(error: unknown, what: string, bytes: Uint8Array | null): TorshError {
  const { message } = error as Error;
  const why = /Content.Security.Policy|unsafe-eval|disallowed by embedder|blocked by CSP/i.test(message) ? "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src"
    : bytes && !(bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d)
      ? `${what} is not WebAssembly${bytes[0] === 0x3c ? ' but a page' : ''}: the file is not where it should be (copy torsh.wasm and torsh-threads.wasm from torsh/dist beside the script, or tell init() of torsh/web where they are)`
      : `${what} is damaged or cut off${bytes ? ` (${bytes.length} bytes)` : ': install torsh anew'}`;
  return new TorshError('ERR_BACKEND', 'torsh', `torsh: ${why} (${message})`, { cause: error });
}

async function compileBytes(bytes: BufferSource, what: string): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (e) {
    throw notCompiled(e, what, ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes));
  }
}

/** The module at an address that torsh.web.mjs (tools/build/web.mjs) has asked for already; null when there is none, or it did not work out. */
async function begunAt(address: string | null): Promise<WebAssembly.Module | null> {
  const key = Symbol.for('torsh.compiling'), pages = globalThis as unknown as Record<symbol, { wasm: string; module?: Promise<WebAssembly.Module | null> } | undefined>;
  const begun = pages[key];
  if (begun === undefined || begun.wasm !== address) return null;
  pages[key] = undefined; // compiled once, for one backend
  return await begun.module ?? null;
}

/** Compiles while the bytes come in, where the server gives them the type that this takes; null when that cannot be, or fails: then the bytes tell why. */
async function compileOnTheWay(response: Response): Promise<WebAssembly.Module | null> {
  if (typeof WebAssembly.compileStreaming !== 'function' || !response.url || !/^application\/wasm\b/.test(response.headers.get('Content-Type') ?? '')) return null;
  return WebAssembly.compileStreaming(response).catch(() => null);
}

/** Compiles from what a page or bundler has. */
export async function compileWasm(source: WasmSource): Promise<WebAssembly.Module> {
  if (typeof WebAssembly !== 'object') throw unavailable('torsh');
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return compileBytes(source as BufferSource, 'what init() was given');
  const address = typeof source === 'string' || source instanceof URL ? String(source) : null;
  const begun = await begunAt(address);
  if (begun) return begun;
  let response: Response, bytes: ArrayBuffer;
  try {
    response = await (address === null ? source as PromiseLike<Response> | Response : fetch(address));
    /* Anything but Response.ok is no file. */
    if (!response.ok) throw new Error(`the answer was ${response.status} ${response.statusText}`.trim());
    const module = await compileOnTheWay(response);
    if (module) return module;
    if (response.bodyUsed) response = await fetch(response.url);
    bytes = await response.arrayBuffer();
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: ${address ?? 'the module'} could not be fetched: ${(e as Error).message}`, { cause: e });
  }
  return compileBytes(bytes, response.url || address || 'the module');
}

function compileWasmSync(name: string): WebAssembly.Module {
  if (typeof WebAssembly !== 'object') throw unavailable('torsh');
  const bytes = wasmBytes(name);
  try {
    return new WebAssembly.Module(bytes);
  } catch (e) {
    throw notCompiled(e, name, null);
  }
}

const oneThread = (why: string): string => `one thread: ${why}`;

/** The backend with threads, else without; and the reasons, `why` first. */
export function loadWasmSync(why: string): [Abi, string[]] {
  const reasons = [why], refused = threadsRefused();
  if (refused !== null) reasons.push(oneThread(refused));
  else {
    try {
      return [wasmAbi(compileWasmSync('torsh-threads.wasm'), reasons), reasons];
    } catch (e) {
      reasons.push(oneThread((e as Error).message));
    }
  }
  return [wasmAbi(compileWasmSync('torsh.wasm'), reasons), reasons];
}

/** Unpacks the module that came with the script. */
async function compileEmbedded(text: string): Promise<WebAssembly.Module> {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return compileBytes(await new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer(), 'the module within the script');
}

/** The same of two addresses; embedded: the text of torsh.wasm that the script brings, for where there is no such file. */
export async function loadWasm(why: string, single: URL, threads: URL, embedded?: () => Promise<string>, relaxedSimd?: boolean): Promise<[Abi, string[]]> {
  const reasons = [why], refused = threadsRefused();
  if (refused !== null) reasons.push(oneThread(refused));
  else {
    try {
      return [wasmAbi(await compileWasm(threads), reasons, relaxedSimd), reasons];
    } catch (e) {
      reasons.push(oneThread((e as Error).message));
    }
  }
  let module: WebAssembly.Module;
  try {
    module = await compileWasm(single);
  } catch (e) {
    try {
      if (!embedded) throw e;
      module = await compileEmbedded(await embedded());
    } catch {
      throw e;
    }
    reasons.push(`the copy of torsh.wasm within the script: ${(e as Error).message}`);
  }
  return [wasmAbi(module, reasons, relaxedSimd), reasons];
}
