/**
 * The wall between TypeScript and the C core: the same few functions for both backends. Arguments and results of an op lie
 * in `wall` as doubles (layout: src/core/wall.c); everything else about an op is the same generated code.
 */
import { TorshError } from '../errors';

/** The JS side of a tensor. cell is the backend's own: WASM notes in it what the collector's net has to release. */
export interface Owner { _cell: { handle: number } | null }

export interface Abi {
  readonly name: 'native' | 'wasm';
  /** Whether the threads of a process see one memory: tensors move between them by a token, else by a copy. */
  readonly oneMemory: boolean;
  /** The current view; re-read it after every call, WASM memory may have moved. */
  wall(): Float64Array;
  /** Runs an op. The status is in wall[0]; on success `owner` (if any) stands for the first result's handle from here on. */
  call(op: number, owner: Owner | null): void;
  /** Makes `owner` stand for a handle: when it is collected, the tensor goes too. */
  track(owner: Owner, handle: number): void;
  /** `to` stands for the handle instead of `from`. */
  retrack(from: Owner, to: Owner, handle: number): void;
  /** Releases at once; false when the handle was stale. */
  release(owner: Owner, handle: number): boolean;
  /** Text of the last error. */
  message(): string;
  /** Bytes of a contiguous tensor into `bytes`, which has their exact number; and back. */
  read(handle: number, bytes: Uint8Array): void;
  write(handle: number, bytes: Uint8Array): void;
  /** Takes host callbacks: called with an id, arguments on the wall; false means that it threw. */
  onCallback(callback: (id: number) => boolean): void;
  /** A number for a host callback that no other copy of this library has which shares the core. */
  nextCallback(): number;
  /** Lets the collector look for dead tensors now. */
  collect(): void;
  /** Runs a job (src/core/job.h) on another thread and calls done() from the event loop. Missing where there is no such thread. */
  launch?(job: number, done: () => void): void;
  /** How many of them at once. */
  lanes?(): number;
  tableHash(): string;
}

export interface BackendInfo {
  readonly name: 'native' | 'wasm';
  /** Why this one: what was asked for, what could not be loaded. */
  readonly reasons: readonly string[];
  readonly threads: number;
  readonly blas: string;
  readonly simd: string;
}

let current: Abi | null = null;
let reasons: readonly string[] = [];

export function useBackend(abi: Abi, why: readonly string[]): void {
  current = abi;
  reasons = why;
}

export const hasBackend = (): boolean => current !== null;

export function abi(): Abi {
  if (!current) throw new TorshError('ERR_BACKEND', 'torsh', 'torsh: no backend is loaded yet: await init() of torsh/web first, or import torsh, which waits for one');
  return current;
}

export const backendReasons = (): readonly string[] => reasons;
