/** See serve.node.ts: nobody starts a page as a worker of a DataLoader. */
export function serveIfWorker(_serve: unknown): void { /* never one */ }
