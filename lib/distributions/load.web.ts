import type { Core } from '../distributions';
import { make, type Distributions } from './make';

/** The classes, which a page has in its one file. */
export function loadDistributions(core: Core): Distributions {
  return make(core);
}
