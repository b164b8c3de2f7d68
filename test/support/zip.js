// Zip archives for tests, honest or not: every field can be told otherwise.
const { crc32: builtIn, deflateRawSync } = require('node:zlib');

function crc32(bytes) {
  if (builtIn) return builtIn(bytes);
  let c = ~0;
  for (const b of bytes) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}

/** entries: { name, data, deflate, and any of method, size, packed, crc, at, flags, extra }; end: { count, size, start, comment }. */
function zip(entries, end = {}) {
  const locals = [], directory = [];
  let at = 0;
  for (const e of entries) {
    const name = Buffer.from(e.name), data = Buffer.from(e.data ?? ''), body = e.deflate ? deflateRawSync(data) : data, extra = Buffer.from(e.extra ?? []);
    const head = Buffer.alloc(30), row = Buffer.alloc(46);
    head.writeUInt32LE(0x04034b50, 0);
    row.writeUInt32LE(0x02014b50, 0);
    for (const [h, o] of [[head, 4], [row, 6]]) {
      h.writeUInt16LE(20, o);
      h.writeUInt16LE(e.flags ?? 0, o + 2);
      h.writeUInt16LE(e.method ?? (e.deflate ? 8 : 0), o + 4);
      h.writeUInt32LE(e.crc ?? crc32(data), o + 10);
      h.writeUInt32LE(e.packed ?? body.length, o + 14);
      h.writeUInt32LE(e.size ?? data.length, o + 18);
      h.writeUInt16LE(name.length, o + 22);
    }
    row.writeUInt16LE(extra.length, 30);
    row.writeUInt32LE(e.at ?? at, 42);
    locals.push(head, name, body);
    directory.push(row, name, extra);
    at += 30 + name.length + body.length;
  }
  const rows = Buffer.concat(directory), last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50, 0);
  last.writeUInt16LE(end.count ?? entries.length, 8);
  last.writeUInt16LE(end.count ?? entries.length, 10);
  last.writeUInt32LE(end.size ?? rows.length, 12);
  last.writeUInt32LE(end.start ?? at, 16);
  const comment = Buffer.from(end.comment ?? '');
  last.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, rows, last, comment]);
}

module.exports = { zip, crc32 };
