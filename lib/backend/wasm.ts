/** The WebAssembly backend: the loader of dist/torsh.wasm, for Node and pages alike. */
import { TorshError } from '../errors';
import { tableHash } from '../gen/hash';
import type { Abi, Owner } from './abi';

interface Exports {
  memory: WebAssembly.Memory;
  _initialize?: () => void;
  torsh_init(): number;
  torsh_call(op: number): void;
  torsh_release(handle: number): number;
  torsh_message(): number;
  torsh_table_hash(): number;
  torsh_data(handle: number): number;
}

const WALL = 65536;

/** An instance of a compiled module as a backend. */
export function wasmAbi(module: WebAssembly.Module): Abi {
  let callback: (id: number) => boolean = () => false;
  let dead: string | null = null;
  const nothing = (): number => 0;
  const env: Record<string, unknown> = { callback: (id: number) => (callback(id) ? 1 : 0) };
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = from === 'env' && env[name] ? env[name] : nothing;
  const exports = new WebAssembly.Instance(module, imports as WebAssembly.Imports).exports as unknown as Exports;
  exports._initialize?.();
  const at = exports.torsh_init();
  if (at === 0) throw new TorshError('ERR_MEMORY', 'torsh', 'torsh: not enough memory to start the WebAssembly backend');

  const text = (pointer: number): string => {
    const bytes = new Uint8Array(exports.memory.buffer, pointer);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  };
  if (text(exports.torsh_table_hash()) !== tableHash) {
    throw new TorshError('ERR_BACKEND', 'torsh', 'torsh: torsh.wasm was built from another version');
  }

  let view = new Float64Array(exports.memory.buffer, at, WALL);
  /* Memory that has grown leaves old views with length 0. */
  const wall = (): Float64Array => (view.length === 0 ? (view = new Float64Array(exports.memory.buffer, at, WALL)) : view);
  /* Without unregister tokens, which cost ten times the registration: a tensor that was disposed leaves 0 in its cell. */
  const registry = new FinalizationRegistry<{ handle: number }>((cell) => { if (cell.handle !== 0 && dead === null) exports.torsh_release(cell.handle); });
  const watch = (owner: Owner, handle: number): void => {
    owner._cell = { handle };
    registry.register(owner, owner._cell);
  };
  const bytesOf = (handle: number, length: number): Uint8Array => {
    const pointer = exports.torsh_data(handle);
    if (pointer === 0 && length > 0) throw new TorshError('ERR_DISPOSED', 'torsh', 'torsh: the tensor has been disposed');
    return new Uint8Array(exports.memory.buffer, pointer >>> 0, length);
  };
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
    collect: () => undefined,
    tableHash: () => text(exports.torsh_table_hash()),
  };
}

/** Compiles from what a page or bundler has: bytes, a module, a response, an address. */
export async function compileWasm(source: WebAssembly.Module | BufferSource | Response | PromiseLike<Response> | URL | string): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string' || source instanceof URL) source = fetch(source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source as BufferSource);
  const response = await (source as PromiseLike<Response> | Response);
  if (!response.ok) throw new TorshError('ERR_BACKEND', 'torsh', `torsh: torsh.wasm could not be fetched (${response.status} ${response.url})`);
  return WebAssembly.compile(await response.arrayBuffer());
}

export function compileWasmSync(bytes: BufferSource): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'torsh', `torsh: torsh.wasm is damaged or WebAssembly is not available: ${(e as Error).message}`, { cause: e });
  }
}
