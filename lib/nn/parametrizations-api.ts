/** What users see of parametrizations.ts. */
export { orthogonal, spectralNorm, weightNorm } from './parametrizations';
