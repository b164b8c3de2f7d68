import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Whether an object is older than what it was made from, which the compiler's -MMD listed beside it, or than `since` (ms). */
export function isStale(root, object, since = 0) {
  const list = object.replace(/\.o$/, '.d');
  if (!existsSync(object) || !existsSync(list)) return true;
  const time = statSync(object).mtimeMs;
  const from = readFileSync(list, 'utf8').replace(/\\\n/g, ' ').split(/\s+/).filter(Boolean).slice(1);
  return time < since || from.some((p) => !existsSync(join(root, p)) || statSync(join(root, p)).mtimeMs > time);
}
