/** functionalCall: a module with other tensors in place of its own. */
import { TorshError } from '../errors';
import { isTensor } from '../runtime/call';
import type { Module } from '../nn/module';
import type { Tensor } from '../tensor';

type Values = Readonly<Record<string, Tensor>>;

/** The object and the field that a dotted name means. */
function fieldOf(module: Module, name: string): { holder: Record<string, unknown>; field: string } {
  const parts = name.split('.');
  const field = parts.pop()!;
  let holder = module as unknown as Record<string, unknown>;
  for (const part of parts) holder = holder?.[part] as Record<string, unknown>;
  if (holder === undefined || holder === null || !isTensor(holder[field])) {
    throw new TorshError('ERR_ARGUMENT', 'functionalCall', `functionalCall: the module has no parameter or buffer '${name}'`);
  }
  return { holder, field };
}

/**
 * module(...args) with the parameters and buffers named in `values` (an object, or several in an array) in place of its own;
 * gradients flow into them. The module is afterwards as it was. https://pytorch.org/docs/stable/generated/torch.func.functional_call.html
 *
 * @example
 * ```js
 * const m = new torsh.nn.Linear(2, 1);
 * const y = torsh.func.functionalCall(m, { weight: torsh.ones(1, 2), bias: torsh.zeros(1) }, [torsh.tensor([[1, 2]])]);
 * console.log(y); // tensor([[3.]])
 * ```
 */
export function functionalCall(module: Module, values: Values | readonly Values[], args: unknown = []): any {
  const all: Values = Array.isArray(values) ? Object.assign({}, ...values) as Values : values as Values;
  const places = Object.entries(all).map(([name, value]) => ({ ...fieldOf(module, name), value }));
  const own = places.map(({ holder, field }) => holder[field]);
  try {
    for (const { holder, field, value } of places) holder[field] = value;
    return (module as unknown as (...list: unknown[]) => unknown)(...(Array.isArray(args) ? args as unknown[] : [args]));
  } finally {
    places.forEach(({ holder, field }, i) => { holder[field] = own[i]; });
  }
}
