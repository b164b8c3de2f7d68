/** What users see of parametrize.ts. */
export {
  ParametrizationList, cached, isParametrized, registerParametrization, removeParametrizations, typeBeforeParametrizations,
} from './parametrize';
