/** torch.utils.data.get_worker_info */

export interface WorkerInfo {
  readonly id: number;
  readonly numWorkers: number;
  /** What torsh's default generator was seeded with: the loader's base seed + id. A bigint beyond 2^53. */
  readonly seed: number | bigint;
  /** This worker's own. */
  readonly dataset: unknown;
}

let current: WorkerInfo | null = null;

/** In a worker of a DataLoader: which one it is, so that an IterableDataset gives its share only; null elsewhere. */
export const getWorkerInfo = (): WorkerInfo | null => current;
export function setWorkerInfo(info: WorkerInfo): void {
  current = info;
}
