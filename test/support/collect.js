// Garbage collection on demand, for tests that ask what is left alive.
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/** Collects, lets finalizers run, and repeats until done() holds or it stays false for seconds (a busy machine is late with finalizers). Returns done(). */
async function collectUntil(torsh, done) {
  for (let i = 0; i < 60 && !done(); i++) {
    // The young first, which is quick and enough for the native backend; then all.
    gc(i === 0 ? { type: 'minor' } : undefined);
    // FinalizationRegistry callbacks run as macrotasks.
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, i < 6 ? i : 50));
    torsh.emptyCache();
  }
  return done();
}

module.exports = { gc, collectUntil };
