// What most suites want around their bodies.
const torsh = require('torsh');

/** The body of a test, its tensors gone when it ends. */
const scoped = (f) => () => torsh.tidy(f);

/** Such a test. */
const scopedTest = (name, f) => test(name, scoped(f));

/** The TorshError that f throws. */
function refusal(f) {
  try {
    f();
  } catch (error) {
    expect(error).toBeInstanceOf(torsh.TorshError);
    return error;
  }
  throw new Error('nothing was thrown');
}

module.exports = { refusal, scoped, scopedTest };
