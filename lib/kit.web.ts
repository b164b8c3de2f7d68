/** The parts of the kit by name, in a page: they stand in the one bundle. */
import * as kit from './kit';

const parts = { ...kit };

export const kitNamespace = <P extends keyof typeof kit>(part: P): (typeof kit)[P] => parts[part];
export const kitFunction = kitNamespace;
