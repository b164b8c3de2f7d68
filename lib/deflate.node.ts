/** Compression to the zlib format. In a page deflate.web.ts takes this module's place. */
import { deflateSync } from 'node:zlib';

export const deflate = (bytes: Uint8Array): Uint8Array => deflateSync(bytes);
