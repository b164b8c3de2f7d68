/**
 * How much the server carries: starts it with and without batching, loads it with autocannon over the loopback, and tells throughput, latency, the delay of its
 * event loop and its memory. `--help` lists the options.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { count, helpOf, parse } from '../lib/arguments.mjs';
import { BINARY } from './formats.mjs';

const kinds = {
  seconds: count(4, 'of load for each way'),
  connections: count(64, 'that ask at the same time'),
  maxBatch: count(32, 'inputs of a batch'),
};

/** Starts the server; { url, stop }. */
async function start(args) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.mjs', import.meta.url)), '--port', '0', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit').then(([code]) => { throw new Error(`the server ended with exit code ${code}`); });
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([gone, new Promise((resolve) => {
    lines.on('line', (line) => {
      const [, address] = /^listening on (.*)$/.exec(line) ?? [];
      if (address) resolve(address);
    });
  })]);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await gone.catch(() => {});
    },
  };
}

/** A metric's values by its labels. */
async function metrics(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Object.fromEntries([...text.matchAll(/^([^#\s]+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
}

async function measure(name, args, { seconds, connections }) {
  const { url, stop } = await start(args);
  try {
    const request = { url: `${url}/predict`, method: 'POST', headers: { 'content-type': BINARY, accept: BINARY }, body: Buffer.from(new Float32Array(784).map((_, i) => (i % 7) / 7).buffer) };
    await autocannon({ ...request, connections, duration: 1 }); // compiled, pools filled
    const before = await metrics(url);
    const result = await autocannon({ ...request, connections, duration: seconds });
    const after = await metrics(url);
    const batches = after.torsh_server_batch_inputs_count - before.torsh_server_batch_inputs_count;
    const inputs = after.torsh_server_batch_inputs_sum - before.torsh_server_batch_inputs_sum;
    const rate = result.requests.average, mb = (bytes) => (bytes / 1e6).toFixed(1);
    const live = (m) => m['torsh_memory_bytes{thread="server",kind="live"}'], resident = (m) => m.process_resident_memory_bytes;
    console.log(`${name}: ${rate.toFixed(0)} requests/s, latency ${result.latency.p50} ms (p99 ${result.latency.p99} ms), failed ${result.non2xx + result.errors}, ${(inputs / batches).toFixed(1)} inputs a batch`);
    console.log(`  event-loop delay p99 ${(1000 * after.nodejs_eventloop_lag_p99_seconds).toFixed(2)} ms; tensors ${mb(live(before))} -> ${mb(live(after))} MB, resident ${mb(resident(before))} -> ${mb(resident(after))} MB`);
    return rate;
  } finally {
    await stop();
  }
}

const { help, ...options } = parse(process.argv.slice(2), kinds);
if (help) console.log(`Loads the server.\n\n  node load.mjs [options]\n\n${helpOf(kinds)}`);
else {
  const alone = await measure('one client, one by one', ['--max-batch', '1', '--max-wait', '0'], { ...options, connections: 1 });
  const single = await measure(`${options.connections} clients, one by one`, ['--max-batch', '1', '--max-wait', '0'], options);
  const batched = await measure(`${options.connections} clients, batches of at most ${options.maxBatch}`, ['--max-batch', String(options.maxBatch)], options);
  console.log(`batching: ${(batched / single).toFixed(2)} times as much as one by one, ${(batched / alone).toFixed(2)} times one client alone`);
}
