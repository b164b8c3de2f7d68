/** Under which a DataLoader's worker finds its orders in workerData. */
export const workerKey = 'torsh.utils.data.worker';
