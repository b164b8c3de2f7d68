/** What /metrics tells, by prom-client. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import torsh from './torsh.mjs';

export function createMetrics({ engine, depth }) {
  const register = new Registry(), registers = [register];
  // Event-loop delay (nodejs_eventloop_lag_p99_seconds): a timer of a millisecond, which its values include.
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: 1 });
  /* The gauges fill themselves in when they are asked for. */
  const queue = new Gauge({ name: 'torsh_server_queue_inputs', help: 'Inputs that wait for a batch', registers, collect() { queue.set(depth()); } });
  const memory = new Gauge({
    name: 'torsh_memory_bytes', help: 'Memory of tensors: in use, kept for reuse, the most ever in use, the limit', labelNames: ['thread', 'kind'], registers,
    collect() {
      for (const [thread, info] of [['server', torsh.memory()], ...engine.memory.map((m, i) => [`predictor-${i}`, m])]) {
        if (info) for (const [kind, key] of [['live', 'bytes'], ['pooled', 'pooled'], ['peak', 'peak'], ['budget', 'budget']]) memory.set({ thread, kind }, info[key]);
      }
    },
  });
  const tensors = new Gauge({
    name: 'torsh_tensors', help: 'Tensors that are held', labelNames: ['thread'], registers,
    collect() {
      for (const [thread, info] of [['server', torsh.memory()], ...engine.memory.map((m, i) => [`predictor-${i}`, m])]) if (info) tensors.set({ thread }, info.handles);
    },
  });
  return {
    register,
    requests: new Histogram({ name: 'torsh_server_request_seconds', help: 'Time to answer a request', labelNames: ['route', 'status'], buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5], registers }),
    batches: new Histogram({ name: 'torsh_server_batch_inputs', help: 'Inputs of a batch', buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256], registers }),
    computing: new Histogram({ name: 'torsh_server_batch_seconds', help: 'Time to compute a batch', buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1], registers }),
    refused: new Counter({ name: 'torsh_server_refused_total', help: 'Requests that were answered 503 since too much was waiting', registers }),
    dropped: new Counter({ name: 'torsh_server_dropped_total', help: 'Requests whose client had gone before the answer', registers }),
  };
}
