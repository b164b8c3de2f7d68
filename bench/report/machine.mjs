/** What is measured on: the machine and its limits, and the versions of all that takes part. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../../tools/setup.mjs';
import { compileLimits } from '../peers/limits/compile.mjs';
import { findPython } from '../peers/pytorch/find.mjs';
import { UNSET, environment } from '../run.mjs';

const bench = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = (program, ...args) => {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
};

function versions() {
  const found = { node: process.versions.node };
  for (const name of Object.keys(JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8')).dependencies)) {
    try {
      found[name] = JSON.parse(readFileSync(join(bench, 'node_modules', name, 'package.json'), 'utf8')).version;
    } catch {
      // not installed
    }
  }
  const python = findPython(), chromium = findChromium();
  if (python) found.pytorch = output(python, '-c', 'import torch; print(torch.__version__)');
  if (chromium) found.chromium = output(chromium, '--version')?.replace(/^\D*/, '').split(' ')[0];
  return found;
}

/** What the machine can do at most, for each number of threads: see LIMITS; empty without a C compiler. */
export function measureLimits(threadCounts) {
  const program = compileLimits();
  return program ? threadCounts.map((threads) => JSON.parse(execFileSync(program, [String(threads), 'machine'], { encoding: 'utf8', env: environment(threads) }))) : [];
}

export function machine(limits) {
  const [cpu] = os.cpus();
  return {
    cpu: cpu.model.trim(), cpus: os.cpus().length, memory: Math.round(os.totalmem() / 2 ** 30), system: `${os.type()} ${os.release()} ${os.arch()}`, load: os.loadavg()[0],
    versions: versions(), limits, unset: Object.fromEntries(UNSET.filter((name) => name in process.env).map((name) => [name, process.env[name]])),
  };
}

export const LIMITS = {
  fma128: 'multiply-add, vectors of 128 bit, GFLOP/s', fma256: 'multiply-add, 256 bit, GFLOP/s', fma512: 'multiply-add, 512 bit, GFLOP/s',
  triadMemory: 'c = a + b from memory (10^7 floats), GB/s', triadCache: 'c = a + b in the cache (10^4 floats a thread), GB/s',
};
