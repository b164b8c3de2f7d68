// Operators against golden values of real PyTorch: every op of the set must exist and hold, but for those that golden-exceptions.json
// names with a reason.
const torsh = require('torsh');
const { folder, isFull, loadIndex, load } = require('./support/goldenset');
const { exists, isPythonOnly, replay, replayError } = require('./support/golden');

const exceptions = require('./golden-exceptions.json');
const index = loadIndex();

/** Runs one replay in a scope of its own, so that what it made is gone after it. */
function check(run) {
  const problems = torsh.tidy(run);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

test(`the set (${isFull ? 'full' : 'fixtures'}: ${folder}) has the ops that are excepted`, () => {
  expect(Object.keys(exceptions).filter((name) => !index.ops[name])).toEqual([]);
});

for (const [name, entry] of Object.entries(index.ops)) {
  const golden = load(entry.file);
  if (!exists(golden)) {
    if (!exceptions[name]) {
      test(`${name} exists`, () => {
        throw new Error(`torsh lacks ${entry.paths.join(', ')}`);
      });
    }
    continue;
  }
  describe(name, () => {
    for (const sample of golden.samples) {
      test(`${sample.id} ${sample.dtype}`, () => check(() => replay(golden, sample)));
    }
    for (const sample of golden.errors.filter((s) => !isPythonOnly(s))) {
      test(`${sample.id} is refused`, () => check(() => replayError(golden, sample)));
    }
  });
}
