// The golden operators once more, with every input in memory that is not contiguous.
const torsh = require('torsh');
const { load, loadIndex } = require('../support/goldenset');
const { exists, replay } = require('../support/golden');

/** The same values, dims reversed in memory, every other element of it. */
function strided(x) {
  if (x.numel() < 2 || !x.isContiguous()) return x;
  const order = Array.from({ length: x.ndim }, (_, d) => x.ndim - 1 - d);
  const reversed = x.permute(order).contiguous();
  return torsh.stack([reversed, reversed], -1).select(-1, 1).permute(order);
}

for (const [name, entry] of Object.entries(loadIndex().ops)) {
  const golden = load(entry.file);
  // Ops whose meaning is the memory itself.
  if (!exists(golden) || /^(as_strided|view$|view_as|contiguous|resize_|clone|unfold_copy|.*_like$|to$)/.test(name)) continue;
  describe(name, () => {
    for (const sample of golden.samples) {
      test(`${sample.id} ${sample.dtype}`, () => {
        const problems = torsh.tidy(() => replay(golden, sample, strided));
        if (problems.length > 0) throw new Error(problems.join('\n'));
      });
    }
  });
}
