/** Cyclic redundancy checks of 32 bits, bits reversed. */
function table(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    return c;
  });
}

const crc = (polynomial: number): ((bytes: Uint8Array) => number) => {
  let made: Uint32Array | null = null;
  return (bytes) => {
    const t = (made ??= table(polynomial));
    let c = 0xffffffff;
    for (const byte of bytes) c = t[(c ^ byte) & 255] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };
};

/** Of PNG and zip. */
export const crc32 = crc(0xedb88320);
/** Castagnoli's, of TFRecord. */
export const crc32c = crc(0x82f63b78);
