/** Files that have to be waited for: blobs, handles of a page's file systems, downloads. */
import { TorshError } from '../errors';
import { type AwaitedSource, memorySource } from './source';

/** How far a download has come; total is null where the server does not say it. */
export interface Progress { loaded: number; total: number | null }
export type OnProgress = (progress: Progress) => void;

/** A FileSystemFileHandle, of the origin-private file system or picked by the user. */
export interface FileHandle {
  readonly name: string;
  getFile(): Promise<Blob>;
  createWritable?(): Promise<{ write(data: Uint8Array): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
}

const has = (x: unknown, ...members: string[]): boolean => typeof x === 'object' && x !== null && members.every((name) => typeof (x as Record<string, unknown>)[name] === 'function');
export const isBlob = (x: unknown): x is Blob => has(x, 'arrayBuffer', 'slice', 'stream');
export const isFileHandle = (x: unknown): x is FileHandle => has(x, 'getFile');
export const isResponse = (x: unknown): x is Response => has(x, 'arrayBuffer', 'clone') && 'headers' in (x as object);

/** The address when x is one to fetch from: an http(s), blob or data URL. In Node paths and file URLs are files. */
export function addressOf(x: unknown): string | null {
  const href = typeof x === 'string' ? x : typeof x === 'object' && x !== null && typeof (x as URL).href === 'string' ? (x as URL).href : '';
  return /^(?:https?|blob|data):/i.test(href) ? href : null;
}

const WINDOW = 8 << 20;

/** Reads ahead: each question to a blob is a task of its own. */
export function blobSource(blob: Blob): AwaitedSource {
  let start = 0, window = new Uint8Array(0);
  return {
    size: blob.size,
    async read(offset, length) {
      if (offset < start || offset + length > start + window.length) {
        start = offset;
        window = new Uint8Array(await blob.slice(offset, Math.min(blob.size, offset + Math.max(length, WINDOW))).arrayBuffer());
        if (window.length < length) throw failed('the blob', 'it became shorter while it was read');
      }
      return window.subarray(offset - start, offset - start + length);
    },
  };
}

const failed = (name: string, why: unknown): TorshError =>
  new TorshError('ERR_IO', 'load', `load: cannot read ${name}: ${why instanceof Error ? why.message : String(why)}`, { cause: why });

export async function request(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (e) {
    throw failed(address, e);
  }
  return checkResponse(response, address);
}

export function checkResponse(response: Response, name: string): Response {
  if (!response.ok) throw failed(name, `the server answers ${response.status} ${response.statusText}`.trim());
  return response;
}

/**
 * A response as a source. Where its size is known and its bytes are read in their order (`forward`, asked once the first are here), no more of it is
 * kept than is on its way; else all of it is.
 */
export async function responseSource(response: Response, onProgress: OnProgress | null, forward: (first: Uint8Array) => boolean): Promise<AwaitedSource> {
  const name = response.url || 'the response', length = response.headers.get('content-length');
  const total = length !== null && /^\d{1,15}$/.test(length) && !response.headers.get('content-encoding') ? Number(length) : null;
  if (!response.body || response.bodyUsed || response.body.locked) throw failed(name, 'it has been read before, or has no body');
  const reader = response.body.getReader();
  let loaded = 0;
  const next = async (): Promise<Uint8Array | null> => {
    let step: ReadableStreamReadResult<Uint8Array>;
    try {
      step = await reader.read();
    } catch (e) {
      throw failed(name, e);
    }
    if (step.done) return null;
    loaded += step.value.length;
    onProgress?.({ loaded, total });
    return step.value;
  };
  const chunks: Uint8Array[] = [];
  let first = new Uint8Array(0);
  while (first.length < 16) {
    const chunk = await next();
    if (!chunk) break;
    chunks.push(chunk);
    first = joined(chunks);
  }
  // Where headers may be hidden from us, the length may be that of compressed bytes.
  if (total !== null && response.type !== 'cors' && response.type !== 'opaque' && forward(first)) return streamSource(name, total, first, next);
  for (let chunk = await next(); chunk; chunk = await next()) chunks.push(chunk);
  const all = memorySource(joined(chunks));
  return { size: all.size, read: async (offset, n) => all.read(offset, n) };
}

function joined(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks.splice(0, Infinity)) {
    all.set(chunk, at);
    at += chunk.length;
  }
  chunks.push(all);
  return all;
}

function streamSource(name: string, size: number, first: Uint8Array, next: () => Promise<Uint8Array | null>): AwaitedSource {
  let start = 0, kept = first;
  return {
    size,
    async read(offset, length) {
      if (offset < start) throw failed(name, `byte ${offset} is asked for when ${start} have passed`);
      const parts = [kept];
      let there = start + kept.length;
      while (there < offset + length) {
        const chunk = await next();
        if (!chunk) throw failed(name, `it ends after ${there} of ${size} bytes`);
        parts.push(chunk);
        there += chunk.length;
      }
      if (parts.length > 1) kept = joined(parts);
      // The start is read twice: to see what it is, then to read it.
      const passed = offset < 4096 ? 0 : offset - start;
      const answer = kept.subarray(offset - start, offset - start + length);
      if (passed > 0) {
        kept = kept.subarray(passed);
        start += passed;
      }
      return answer;
    },
  };
}
