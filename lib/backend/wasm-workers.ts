/** What workers of the WebAssembly backend run, in Node and in pages: see wasm/threads.c. */

/** A worker's place: the slot it takes in the pool, and where its stack ends. relaxed: the module of wasm/relaxed.c, if it is used. */
export interface WorkerOrder { readonly module: WebAssembly.Module; readonly relaxed: WebAssembly.Module | null; readonly memory: WebAssembly.Memory; readonly slot: number; readonly stack: number }

/** The most threads that are used unless told otherwise: each costs an instance of the engine. */
export const USUAL_THREADS = 8;

/** Whether this thread may sleep: a page's own may not. */
export function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** Source of a function of a WorkerOrder; it returns when the worker is no longer needed. */
export const workerSource = `({ module, relaxed, memory, slot, stack }) => {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = kind === 'memory' ? memory : () => 0;
  let fused;
  for (const { name } of relaxed ? WebAssembly.Module.exports(relaxed) : []) imports.env[name] = (p, q) => fused[name](p, q);
  const { exports } = new WebAssembly.Instance(module, imports);
  if (relaxed) fused = new WebAssembly.Instance(relaxed, { env: { ...exports, memory } }).exports;
  exports.__stack_pointer.value = stack;
  try {
    exports.torsh_worker(slot);
  } catch (e) {
    exports.torsh_worker_died();
    throw e;
  }
}`;
