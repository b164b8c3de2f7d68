/** What becomes of the module of wasm/relaxed.c after it has been linked. */

const FUSED = new Map([[0xaf, 0x105], [0xcf, 0x107]]); // f32x4, f64x2
const ELEMENTS = 9, CODE = 10, DATA = 11;

/** The memory that it works on is another module's, which has its own at these places. */
const own = (what) => { throw new Error(`wasm/relaxed.c: the module would have ${what} of its own`); };

/** Bytes of n as unsigned LEB128. */
function leb(n) {
  const bytes = [];
  do {
    bytes.push(n % 128 + (n >= 128 ? 128 : 0));
    n = Math.floor(n / 128);
  } while (n > 0);
  return bytes;
}

/** Multiply-adds under the numbers that the specification has given them since clang 14, which took those of a draft: as many bytes, and free for no other use. */
export function numberedAnew(module) {
  const bytes = Uint8Array.from(module);
  let at = 8;
  const number = () => {
    let value = 0, scale = 1, byte;
    do {
      byte = bytes[at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte & 128);
    return value;
  };
  const numbers = (n) => { for (; n > 0; n--) number(); };

  const vector = () => {
    const start = at, op = number();
    const renamed = FUSED.get(op);
    if (renamed !== undefined) bytes.set(leb(renamed), start);
    else if (op <= 11 || op === 92 || op === 93) numbers(2); // loads and stores
    else if (op === 12 || op === 13) at += 16; // a constant, a shuffle
    else if (op >= 21 && op <= 34) at += 1; // a lane
    else if (op >= 84 && op <= 91) { // loads and stores of one
      numbers(2);
      at += 1;
    }
  };
  /** Passes an instruction; where the next one is. */
  const instruction = () => {
    const op = bytes[at++];
    if (op === 0xfd) vector();
    else if (op === 0xfc) {
      const more = number();
      if (more >= 8) numbers(more === 9 || more === 11 || more === 13 || more >= 15 ? 1 : 2);
    } else if (op === 0x0e || op === 0x1c) numbers(number() + (op === 0x0e ? 1 : 0)); // br_table, select
    else if (op === 0x11 || (op >= 0x28 && op <= 0x3e)) numbers(2); // call_indirect; loads and stores
    else if ((op >= 0x02 && op <= 0x04) || op === 0x0c || op === 0x0d || op === 0x10 || (op >= 0x20 && op <= 0x26) || (op >= 0x3f && op <= 0x42) || op === 0xd0 || op === 0xd2) number();
    else if (op === 0x43) at += 4;
    else if (op === 0x44) at += 8;
    return at;
  };

  while (at < bytes.length) {
    const section = bytes[at++], size = number(), end = at + size;
    if (section === ELEMENTS || section === DATA) own('data');
    if (section === CODE) {
      for (let functions = number(); functions > 0; functions--) {
        const length = number(), last = at + length;
        for (let locals = number(); locals > 0; locals--) {
          number();
          at += 1;
        }
        let here = at;
        while (here < last) here = instruction();
        if (at !== last) throw new Error('wasm/relaxed.mjs: an instruction that it does not know');
      }
    }
    at = end;
  }
  return bytes;
}

/** A custom section as bytes, to be put at a module's end. */
export function customSection(name, contents) {
  const title = new TextEncoder().encode(name), body = [...leb(title.length), ...title, ...contents];
  return Uint8Array.from([0, ...leb(body.length), ...body]);
}
