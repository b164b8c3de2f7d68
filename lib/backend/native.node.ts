/** The native backend: the addon (addon.node.ts finds it) behind the wall. */
import type os from 'node:os';
import type v8 from 'node:v8';
import type vm from 'node:vm';
import type { Abi } from './abi';
import { loadAddon } from './addon.node';

interface Addon {
  setup(wall: Float64Array, callback: (id: number) => boolean, collect: (major: boolean) => void): void;
  call(op: number, owner: object | null): void;
  track(owner: object, handle: number): void;
  release(handle: number): boolean;
  message(): string;
  read(handle: number, bytes: Uint8Array): void;
  write(handle: number, bytes: Uint8Array): void;
  collect(): void;
  launch(job: number, done: () => void): void;
  tableHash(): string;
  wall?: Float64Array;
  callbacks?: number;
}

const WALL = 65536;

/** V8's collector as a function; the flag that shows it is put back at once, so nothing changes for the process. */
function collector(): ((options?: { type: 'minor' }) => void) | null {
  const own = (globalThis as { gc?: (o?: object) => void }).gc;
  if (own) return own;
  try {
    // Read when they are needed: node:v8 alone takes a millisecond or two.
    const { setFlagsFromString } = require('node:v8') as typeof v8, { runInNewContext } = require('node:vm') as typeof vm;
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as (o?: object) => void;
    setFlagsFromString('--no-expose-gc');
    return gc;
  } catch {
    return null;
  }
}

/** Loads the addon; throws a TorshError that says where it looked. */
export function nativeAbi(): Abi {
  const addon = loadAddon() as Addon;
  // Copies of this file that load the one addon (test realms) must write where it reads.
  const wall = (addon.wall ??= new Float64Array(WALL));
  let callback: (id: number) => boolean = () => false;
  let gc: ReturnType<typeof collector> | undefined;
  addon.setup(wall, (id) => callback(id), (major) => {
    if (gc === undefined) gc = collector();
    // Node 20 takes any options for those of a minor collection.
    if (major) gc?.();
    else gc?.({ type: 'minor' });
  });
  return {
    name: 'native',
    oneMemory: true,
    wall: () => wall,
    call: addon.call,
    track: addon.track,
    retrack: (_from, to, handle) => addon.track(to, handle),
    release: (_owner, handle) => addon.release(handle),
    message: addon.message,
    read: addon.read,
    write: addon.write,
    onCallback: (fn) => { callback = fn; },
    nextCallback: () => (addon.callbacks = (addon.callbacks ?? 0) + 1),
    collect: addon.collect,
    launch: addon.launch,
    // libuv's pool also serves files and names: a thread is left to them.
    lanes: () => Math.max(1, Math.min((require('node:os') as typeof os).availableParallelism(), (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1)),
    tableHash: addon.tableHash,
  };
}
