/**
 * The rows of `npm run bench` that are a time a call: { name, group, work and its parameters for the peers, goals (see goals.mjs) } and
 * maybe `variants`, ways to do the same work; `without`, peers that could not do it within seconds; `ms`, how long to measure; `quick: false`, what --quick leaves out.
 */
import { convolutions } from './convolution.mjs';
import { inference, training } from './nets.mjs';
import { pointwise } from './pointwise.mjs';
import { products } from './products.mjs';
import { reductions } from './reductions.mjs';
import { mapped, optimizers } from './steps.mjs';

export const timed = [...products, ...pointwise, ...reductions, ...convolutions, ...training, ...inference, ...mapped, ...optimizers];
