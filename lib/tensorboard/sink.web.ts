/** Where events go in a page: memory, for toBytes(). */
import type { Sink } from './sink.node';

export type { Sink };

export function openSink(_folder: string, _suffix: string): Sink {
  const chunks: Uint8Array[] = [];
  return {
    folder: null,
    write: (bytes) => { chunks.push(bytes); },
    flush: () => undefined,
    close: () => undefined,
    bytes: () => {
      const out = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
      let at = 0;
      for (const chunk of chunks) { out.set(chunk, at); at += chunk.length; }
      return out;
    },
  };
}

export const subfolder = (_folder: string | null, _name: string): string | null => null;
export const defaultFolder = (_comment: string): string => 'runs';
