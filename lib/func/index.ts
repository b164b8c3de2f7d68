/** torsh.func: transformations of functions. */
export { grad, gradAndValue, hessian, jacfwd, jacrev, jvp, valueAndGrad, vjp } from './grad';
export { functionalCall } from './functional-call';
export { vmap } from './vmap';
