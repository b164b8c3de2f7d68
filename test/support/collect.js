// Garbage collection on demand, for tests that ask what is left alive.
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/** Collects, lets finalizers run, and repeats until done() holds or it stays false for seconds (a busy machine is late with finalizers). Returns done(). */
async function collectUntil(torsh, done) {
  for (let i = 0; i < 60 && !done(); i++) {
    // The young first, which is quick and enough for the native backend; then all.
    await collect(torsh, { minor: i === 0, wait: i < 6 ? i : 50 });
  }
  return done();
}

/** Collects once, and lets finalizers run. */
async function collect(torsh, { minor = false, wait = 0 } = {}) {
  gc(minor ? { type: 'minor' } : undefined);
  // FinalizationRegistry callbacks run as macrotasks.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, wait));
  torsh.emptyCache();
}

/** Collects until that has changed nothing eight times in a row. */
async function settle(torsh) {
  let same = 0, before = '';
  await collectUntil(torsh, () => {
    const { handles, bytes, blocks } = torsh.memory(), now = `${handles} ${bytes} ${blocks}`;
    same = now === before ? same + 1 : 0;
    before = now;
    return same >= 8;
  });
}

module.exports = { gc, collect, collectUntil, settle };
