/** torsh.nn.functional: the generated ops of the namespace and what is made of several. */
import { nnFunctional } from '../gen/namespaces';
import * as composites from './composites';

export const functional = { ...nnFunctional, ...composites };
