/** Functions that modules run around forward, in the order in which they were registered. */

let nextId = 0;

/** What registering a hook returns: remove() takes the hook away again. */
export class RemovableHandle {
  readonly id: number;
  readonly #hooks: HookList<never>;
  constructor(hooks: HookList<never>, id: number) {
    this.#hooks = hooks;
    this.id = id;
  }
  remove(): void {
    this.#hooks.delete(this.id);
  }
}

export interface HookOptions {
  /** Before those registered so far. */
  prepend?: boolean;
  /** The hook takes the options that end the call apart from the other arguments. */
  withKwargs?: boolean;
  /** The hook runs also where the call threw. */
  alwaysCall?: boolean;
}
export interface Hook<F> { readonly id: number; readonly run: F; readonly options: HookOptions }

export class HookList<F> {
  #hooks = new Map<number, Hook<F>>();

  get size(): number {
    return this.#hooks.size;
  }
  add(run: F, options: HookOptions = {}): RemovableHandle {
    const id = nextId++, hook = { id, run, options };
    if (options.prepend) this.#hooks = new Map([[id, hook], ...this.#hooks]);
    else this.#hooks.set(id, hook);
    return new RemovableHandle(this as unknown as HookList<never>, id);
  }
  delete(id: number): void {
    this.#hooks.delete(id);
  }
  copy(): HookList<F> {
    const list = new HookList<F>();
    list.#hooks = new Map(this.#hooks);
    return list;
  }
  /** A snapshot, so that a hook may remove itself or others. */
  list(): Hook<F>[] {
    return [...this.#hooks.values()];
  }
  *[Symbol.iterator](): Generator<F> {
    for (const { run } of this.list()) yield run;
  }
}
