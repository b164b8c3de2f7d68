/** What users see of torsh.nn.utils.prune. */
export {
  BasePruningMethod, CustomFromMask, Identity, L1Unstructured, LnStructured, PruningContainer, RandomStructured, RandomUnstructured,
  customFromMask, globalUnstructured, identity, isPruned, l1Unstructured, lnStructured, randomStructured, randomUnstructured, remove,
} from './prune';
export { GradualPruning, type GradualPruningOptions, type PruningProgress } from './prune-schedule';
