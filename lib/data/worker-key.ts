/** A DataLoader's worker has an environment variable of this name, and finds its orders under it in workerData. */
export const workerKey = 'TORSH_DATA_WORKER';
