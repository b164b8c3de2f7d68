import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A python3 that has PyTorch, or undefined. */
export const findPython = () => ['/usr/bin/python3', 'python3'].find((name) => spawnSync(name, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0);

/**
 * Debian's usual OpenBLAS has threads of its own, beside PyTorch's of OpenMP: two pools that fight for the processors. The build of OpenBLAS
 * for OpenMP shares PyTorch's; its path, or undefined.
 */
export const openmpBlas = () => [process.env.BENCH_OPENMP_BLAS, ...['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/openblas-openmp/libblas.so.3`)].find((file) => file && existsSync(file));
