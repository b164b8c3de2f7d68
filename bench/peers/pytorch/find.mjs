import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

let found = null;

/** A python3 that has PyTorch, or undefined. */
export function findPython() {
  found ??= ['/usr/bin/python3', 'python3'].filter((name) => spawnSync(name, ['-c', "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)"], { stdio: 'ignore' }).status === 0);
  return found[0];
}

/**
 * Debian's usual OpenBLAS has threads of its own, beside PyTorch's of OpenMP: two pools that fight for the processors. The build of OpenBLAS
 * for OpenMP shares PyTorch's; its path, or undefined.
 */
export const openmpBlas = () => [process.env.BENCH_OPENMP_BLAS, ...['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/openblas-openmp/libblas.so.3`)].find((file) => file && existsSync(file));
