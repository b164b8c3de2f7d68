/** Tensors nested in arrays and plain objects, as functions take and return them. */
import { isPlainObject } from '../bind';
import { isTensor } from '../runtime/call';
import type { Tensor } from '../tensor';

export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree } | unknown;

/** The tensors of a tree, depth first. */
export function leaves(tree: Tree): Tensor[] {
  if (isTensor(tree)) return [tree];
  if (Array.isArray(tree)) return tree.flatMap(leaves);
  return isPlainObject(tree) ? Object.values(tree).flatMap(leaves) : [];
}

/** A list with the names of another one's elements, as results of several tensors carry them. */
function named(list: unknown[], like: readonly unknown[]): unknown[] {
  for (const key of Object.getOwnPropertyNames(like).slice(like.length + 1)) {
    const i = like.indexOf((like as unknown as Record<string, unknown>)[key]);
    if (i >= 0) Object.defineProperty(list, key, { value: list[i], enumerable: false });
  }
  return list;
}

/** The tree with each tensor replaced; everything else stays as it is. */
export function mapLeaves(tree: Tree, fn: (t: Tensor) => unknown): any {
  if (isTensor(tree)) return fn(tree);
  if (Array.isArray(tree)) return named(tree.map((x) => mapLeaves(x, fn)), tree);
  return isPlainObject(tree) ? Object.fromEntries(Object.entries(tree).map(([key, x]) => [key, mapLeaves(x, fn)])) : tree;
}

/** The tree with its tensors replaced, in order, by those of a list. */
export function withLeaves(tree: Tree, list: readonly unknown[]): any {
  let at = 0;
  return mapLeaves(tree, () => list[at++]);
}
