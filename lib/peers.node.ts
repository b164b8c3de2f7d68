/** Packages that are not installed with torsh: read at their first use. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { TorshError } from './errors';

const require = createRequire(__filename);
/** Also where the program was started: a torsh that is linked has its own node_modules. */
const places = (): NodeRequire[] => [require, createRequire(join(process.cwd(), 'index.js'))];

/** The module, or null when it is not installed. */
export function peer<T>(name: string): T | null {
  for (const from of places()) {
    try {
      return from(name) as T;
    } catch (e) {
      if ((e as { code?: string }).code !== 'MODULE_NOT_FOUND') throw e;
    }
  }
  return null;
}

const loaded = new Map<string, Promise<unknown>>();

/** The module (an ESM one too). Errors: ERR_UNSUPPORTED, which says what to install. */
export async function laterPeer<T>(name: string, op: string, what: string): Promise<T> {
  const load = async (): Promise<T> => {
    const unwrap = (module: object): T => ('default' in module ? module.default : module) as T;
    try {
      return unwrap(await import(/* webpackIgnore: true */ name) as object);
    } catch (e) {
      let found: T | null = null;
      try { found = peer<T>(name); } catch { /* told by the first error */ }
      if (found !== null) return found;
      throw new TorshError('ERR_UNSUPPORTED', op, `${op}: ${what} the package ${name}: npm install ${name} (${String((e as Error).message).split('\n')[0]})`, { cause: e });
    }
  };
  const made = loaded.get(name) ?? load();
  loaded.set(name, made);
  made.catch(() => { loaded.delete(name); }); // installed meanwhile, it is found
  return made as Promise<T>;
}
