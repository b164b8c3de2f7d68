/** The zlib format without compression: pages compress only asynchronously. */
function adler32(bytes: Uint8Array): number {
  let a = 1, b = 0;
  for (let i = 0; i < bytes.length;) {
    // As many as 32 bits hold before the remainder must be taken.
    for (const end = Math.min(i + 3800, bytes.length); i < end; i++) { a += bytes[i]; b += a; }
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

export function deflate(bytes: Uint8Array): Uint8Array {
  const MOST = 65535, blocks = Math.max(1, Math.ceil(bytes.length / MOST));
  const out = new Uint8Array(2 + 5 * blocks + bytes.length + 4), view = new DataView(out.buffer);
  out.set([0x78, 0x01]);
  for (let k = 0, at = 2; k < blocks; k++) {
    const part = bytes.subarray(k * MOST, (k + 1) * MOST);
    out[at] = k === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(out.length - 4, adler32(bytes));
  return out;
}
