/** PyTorch's public names against torsh's: section by section, what is there, what is left out for a reason, what is missing. */
import { createRequire } from 'node:module';
import { exclusions } from './exclusions.mjs';

const require = createRequire(import.meta.url);
const { camel } = require('../../test/support/golden.js');

/** Sections of pytorch-surface.json, where torsh keeps them, and their title. */
export const sections = (torsh) => ({
  torch: torsh, Tensor: torsh.Tensor.prototype, 'Tensor.properties': torsh.Tensor.prototype, linalg: torsh.linalg, fft: torsh.fft, special: torsh.special,
  'nn.functional': torsh.nn.functional, 'nn.init': torsh.nn.init, 'nn.utils': torsh.nn.utils, nn: torsh.nn, optim: torsh.optim,
  'optim.lr_scheduler': torsh.optim.lrScheduler, 'utils.data': torsh.utils.data, distributions: torsh.distributions, autograd: torsh.autograd,
  'autograd.functional': torsh.autograd.functional,
});

export const reasonFor = (name) => exclusions.find(([pattern]) => pattern.test(name))?.[1] ?? null;

/** [{ section, total, there, missing: [names], excluded: [[name, reason]] }] */
export function compareSurface(torsh, surface) {
  return Object.entries(sections(torsh)).map(([section, place]) => {
    const names = Array.isArray(surface[section]) ? surface[section] : Object.keys(surface[section]);
    const excluded = [], missing = [];
    let there = 0;
    for (const name of names) {
      const js = /^[A-Z]/.test(name) ? name : camel(name);
      const reason = reasonFor(name);
      if (place !== undefined && js in place) there++;
      else if (reason) excluded.push([name, reason]);
      else missing.push(name);
    }
    return { section, total: there + missing.length, there, missing, excluded };
  });
}
