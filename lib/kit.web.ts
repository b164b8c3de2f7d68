/** The parts of the kit by name, in a page: they stand in the one bundle. */
import * as comforts from './comforts';
import * as distributions from './distributions';
import * as kit from './kit';

const parts = { ...kit, ...comforts, distributions };

export const kitNamespace = <P extends keyof typeof parts>(part: P): (typeof parts)[P] => parts[part];
export const kitFunction = kitNamespace;
