/** Members of the namespace that are made for it: objects of several functions, and what is asked of the backend. */
import * as autograd from './autograd';
import { autocast } from './autograd/autocast';
import { type BackendInfo, abi, backendReasons } from './backend/abi';
import { TorshError } from './errors';
import * as sys from './gen/system';

/** Which backend runs, and why. */
export const backend: BackendInfo = {
  get name() { return abi().name; },
  get reasons() { return backendReasons(); },
  get threads() { return sys._numThreads(); },
  get blas() { return sys._build()!.split('|')[0]; },
  get simd() { return sys._build()!.split('|')[1]; },
};
// console.log shows values rather than getters.
Object.defineProperty(backend, Symbol.for('nodejs.util.inspect.custom'), { value: () => ({ ...backend }) });

export const amp = { autocast };

export const autogradMembers = {
  grad: autograd.grad, backward: autograd.backward, Function: autograd.Function, functional: autograd.functional,
  gradcheck: autograd.gradcheck, gradgradcheck: autograd.gradgradcheck,
  detectAnomaly: autograd.detectAnomaly, setDetectAnomaly: autograd.setDetectAnomaly, isAnomalyEnabled: autograd.isAnomalyEnabled,
};

/** Threads that an op may use, its caller's among them. https://pytorch.org/docs/stable/generated/torch.get_num_threads.html */
export const getNumThreads = (): number => sys._numThreads();
const MOST_THREADS = 64;
/**
 * Sets it: 1 to 64, or 0 for the usual number. WebAssembly has 1 where backend.reasons says so. Errors: ERR_ARGUMENT. https://pytorch.org/docs/stable/generated/torch.set_num_threads.html
 */
export const setNumThreads = (n: number): void => {
  if (!Number.isInteger(n) || n < 0 || n > MOST_THREADS) throw new TorshError('ERR_ARGUMENT', 'setNumThreads', `setNumThreads: expected a whole number from 0 to ${MOST_THREADS}, but got ${String(n)}`);
  sys._setNumThreads(n);
};
