/** What peers.node.ts offers, in a page: packages that are there already, as a script tag leaves them or use() gave them. */
import { TorshError } from './errors';

const globals: Record<string, string> = { 'vega': 'vega', 'vega-lite': 'vegaLite' };

export function peer<T>(name: string): T | null {
  return ((globalThis as Record<string, unknown>)[globals[name] ?? name] as T | undefined) ?? null;
}

export function laterPeer<T>(name: string, op: string, what: string): Promise<T> {
  const found = peer<T>(name);
  if (found !== null) return Promise.resolve(found);
  return Promise.reject(new TorshError('ERR_UNSUPPORTED', op, `${op}: ${what} the package ${name}: load it by a script tag, or import it and pass it to torsh.charts.use()`));
}
