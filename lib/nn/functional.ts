/** torsh.nn.functional: the generated ops of the namespace and what is made of several. */
import { nnFunctional } from '../gen/namespaces';
import * as attention from './functional-attention';
import * as composites from './composites';
import { distillationLoss } from './distillation';
import * as losses from './functional-loss';

export const functional = { ...nnFunctional, ...composites, ...attention, ...losses, distillationLoss };
