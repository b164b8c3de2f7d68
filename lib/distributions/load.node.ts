import type { Core } from '../distributions';
import { TorshError } from '../errors';
import type { Distributions } from './make';

/** The classes, from a file beside the bundle: what is not used is not compiled. */
export function loadDistributions(core: Core): Distributions {
  let make: (core: Core) => Distributions;
  try {
    // oxlint-disable-next-line typescript/no-require-imports -- read at first use
    make = require('./distributions.cjs') as typeof make;
  } catch (e) {
    throw new TorshError('ERR_BACKEND', 'distributions', `distributions: dist/distributions.cjs could not be loaded (npm run build:js makes it): ${(e as Error).message}`, { cause: e });
  }
  return make(core);
}
