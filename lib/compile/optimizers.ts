/**
 * Optimizers' steps in a program. Their numbers (learning rates and the like) are said anew before each run; what else a step depends on is
 * a guard: the options that decide how it is made, its groups, and where its state is kept.
 */
import type { LiveStep } from '../runtime/recording';

type Optimizer = LiveStep['optimizer'];

/** What of an option matters to how a step is made: of numbers, whether there is one and whether it is 0. */
const kindOf = (value: unknown): unknown =>
  (typeof value === 'number' ? (value === 0 ? 0 : 'number') : Array.isArray(value) && value.every((v) => typeof v === 'number') ? `${value.length} numbers` : value);

interface Group { group: Record<string, unknown>; names: string[]; kinds: unknown[]; params: readonly unknown[] }
interface Known { optimizer: Optimizer; state: unknown; size: number; groups: Group[] }

function known(optimizer: Optimizer): Known {
  const groups = optimizer.paramGroups.map((g): Group => {
    const group = g as Record<string, unknown>, names = Object.keys(group).filter((name) => name !== 'params');
    return { group, names, kinds: names.map((name) => kindOf(group[name])), params: [...(group.params as unknown[])] };
  });
  return { optimizer, state: optimizer.state, size: optimizer.state.size, groups };
}

const sameList = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

function stands({ optimizer, state, size, groups }: Known): boolean {
  return optimizer.state === state && optimizer.state.size === size && optimizer.paramGroups.length === groups.length
    && groups.every(({ group, names, kinds, params }, i) => optimizer.paramGroups[i] === group && sameList(group.params as unknown[], params)
      && names.every((name, k) => kindOf(group[name]) === kinds[k]));
}

/** All options of optimizers as they are. */
export function optionsOf(optimizers: Iterable<Optimizer>): unknown[] {
  const found: unknown[] = [];
  for (const { paramGroups } of optimizers) {
    for (const group of paramGroups) for (const [name, value] of Object.entries(group)) if (name !== 'params') found.push(...(Array.isArray(value) ? value : [value]));
  }
  return found;
}
export const sameOptions = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((x, i) => Object.is(x, b[i]));

/** The optimizers' steps of one program. */
export class Steps {
  private readonly optimizers: Known[];
  private sent: number[] | null = null;

  constructor(private readonly steps: readonly LiveStep[]) {
    this.optimizers = [...new Set(steps.map((s) => s.optimizer))].map(known);
  }

  stand(): boolean { return this.optimizers.every(stands); }

  /** The numbers of now, if they are not those that were asked for last. */
  changed(): number[] | null {
    const now = this.steps.flatMap((s) => s.numbers());
    if (this.sent !== null && sameOptions(now, this.sent)) return null;
    return (this.sent = now);
  }
}
