/* Jest's Node environment, with one FinalizationRegistry for all suites of a process. V8 (Node 18 to 24) calls no finalizer of a process any more once
   it finds a registry dead, with its suite, between asking for its callbacks and making them; the one behind these lives as long as the process. */
const { TestEnvironment } = require('jest-environment-node');

const lasting = new FinalizationRegistry(({ owner, id }) => { owner.deref()?.finalize(id); });

/** FinalizationRegistry, as a suite sees it. What the suite hands in is held here alone, so a suite's end is not kept up by what outlives it. */
class SuiteRegistry {
  #cleanup;
  #held = new Map();
  #next = 0;
  // The ids of each token, which are what unregisters there: another registry may have the same token.
  #ids = new WeakMap();
  #self = new WeakRef(this);

  constructor(cleanup) { this.#cleanup = cleanup; }

  register(target, held, token) {
    const id = this.#next++;
    this.#held.set(id, held);
    let ids;
    if (token !== undefined) {
      ids = this.#ids.get(token);
      if (!ids) this.#ids.set(token, ids = []);
      ids.push(id);
    }
    lasting.register(target, { owner: this.#self, id }, ids);
  }

  unregister(token) {
    const ids = this.#ids.get(token);
    if (!ids) return false;
    this.#ids.delete(token);
    for (const id of ids) this.#held.delete(id);
    return lasting.unregister(ids);
  }

  finalize(id) {
    const held = this.#held.get(id);
    this.#held.delete(id);
    this.#cleanup(held);
  }
}

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.FinalizationRegistry = SuiteRegistry;
  }
};
