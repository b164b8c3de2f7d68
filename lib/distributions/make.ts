/** The way into this folder: the classes are made over the core that is handed in. In Node it is a bundle of its own, dist/distributions.cjs. */
import { connect } from './core';
import type { Core } from '../distributions';
import type * as all from './index';

export type Distributions = typeof all;

export function make(core: Core): Distributions {
  connect(core); // first: the signatures of the classes are made with it
  // oxlint-disable-next-line typescript/no-require-imports -- an import would be run before the core is there
  return require('./index') as Distributions;
}
