/** What every tensor carries: recognised by it across realms and copies of the package. */
export const brand = Symbol.for('torsh.Tensor');
export const isBranded = (x: unknown): boolean => typeof x === 'object' && x !== null && (x as Record<symbol, unknown>)[brand] !== undefined;
