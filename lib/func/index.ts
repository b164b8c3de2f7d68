/** torsh.func: transformations of functions. */
export { grad, gradAndValue, hessian, jacfwd, jacrev, jvp, linearize, valueAndGrad, vjp } from './grad';
export { functionalCall } from './functional-call';
export { replaceAllBatchNormModules_, stackModuleState } from './modules';
export { vmap } from './vmap';
