// Garbage collection on demand, for tests that ask what is left alive.
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/** Collects, lets finalizers run, and repeats until done() holds or it stays false. Returns done(). */
async function collectUntil(torsh, done) {
  for (let i = 0; i < 6 && !done(); i++) {
    // The young first, which is quick and enough for the native backend; then all.
    gc(i === 0 ? { type: 'minor' } : undefined);
    // FinalizationRegistry callbacks run as macrotasks.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, i));
    torsh.emptyCache();
  }
  return done();
}

module.exports = { gc, collectUntil };
