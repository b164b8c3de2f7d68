/** What users see of parametrize.ts. */
export {
  ParametrizationList, cached, isParametrized, registerParametrization, removeParametrizations, transferParametrizationsAndParams, typeBeforeParametrizations,
} from './parametrize';
