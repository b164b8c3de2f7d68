/** How much memory is used at most. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPeers } from '../peers/index.mjs';
import { build } from '../peers/onnx/works.mjs';
import { NATIVE_PEERS, WASM_PEERS } from '../rows/goals.mjs';
import { inference, training } from '../rows/nets.mjs';
import { requestOf, start } from '../run.mjs';
import { dist, here, json, PEAK_RSS, root } from './process.mjs';

const row = (name, values, goals) => ({ name, group: 'memory', unit: 'MB', values, goals });

/** 6000 dropped tensors of 1 MB in one synchronous loop without dispose. */
function dropped(env) {
  const { rss } = json(`
    const torsh = require(${JSON.stringify(join(dist, 'native.cjs'))});
    for (let i = 0; i < 6000; i++) torsh.ones(262144);
    console.log(JSON.stringify({ rss: ${PEAK_RSS} }));`, env);
  return row('6000 dropped tensors of 1 MB, peak RSS', { native: rss }, [['native', 400]]);
}

/** The most that a peer's process has had in RAM, MB, after so many calls of a work; undefined where the peer cannot do it. */
async function peakOf(name, peer, request, calls) {
  const process = start(name, peer, 1);
  await process.ready;
  const { us } = await process.ask({ ...request, calls });
  const peak = us === undefined ? undefined : Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'))[1]) / 1024;
  process.stop();
  return peak;
}

async function peaks(of, calls, only) {
  const values = {}, request = requestOf(of), built = build(request), model = join(root, 'build/bench/model.onnx');
  if (built) {
    mkdirSync(dirname(model), { recursive: true });
    writeFileSync(model, built.model);
  }
  for (const [name, peer] of Object.entries(findPeers(1, (name) => only.includes(name)))) {
    if (!peer.command || of.without?.includes(name)) continue;
    if (name.startsWith('ort') && !built) continue;
    const peak = await peakOf(name, peer, name.startsWith('ort') ? { work: 'file', model, shape: Object.values(built.feeds)[0].shape } : request, calls);
    if (peak !== undefined) values[name] = peak;
  }
  return values;
}

/** How far WebAssembly's memory grows, beside the most that tensors took of it. */
function growth(env) {
  const { grown, peak } = json(`
    const memories = [], { Memory } = WebAssembly;
    WebAssembly.Memory = class extends Memory { constructor(...args) { super(...args); memories.push(this); } };
    const torsh = require(${JSON.stringify(join(dist, 'wasm.cjs'))});
    import(${JSON.stringify(join(here, '../peers/torsh/works.mjs'))}).then(({ works }) => {
      const { run } = works(torsh).cnn({ batch: 64 });
      for (let i = 0; i < 20; i++) run();
      console.log(JSON.stringify({ grown: Math.max(...memories.map((m) => m.buffer.byteLength)) / 2 ** 20, peak: torsh.memory().peak / 2 ** 20 }));
      process.exit();
    });`, env);
  return row('CNN training, memory of WebAssembly', { wasm: grown, 'in use at most': peak }, [['wasm', 'in use at most', 2]]);
}

export async function memory(env) {
  const rows = [dropped(env), growth(env)];
  if (!existsSync('/proc/self/status')) return rows;
  const node = ['native', 'wasm', 'pytorch', 'ort-node', 'tfjs-wasm', 'ort-web'];
  const cnn = training.find((r) => r.work === 'cnn'), nets = inference.filter((r) => r.work === 'vision');
  rows.push(row('CNN training, 100 steps, peak RSS', await peaks(cnn, 100, node), [['native', NATIVE_PEERS, 1]]));
  for (const net of nets) rows.push(row(`${net.name}, 20 times, peak RSS`, await peaks(net, 20, node), [['native', NATIVE_PEERS, 1], ['wasm', WASM_PEERS, 1]]));
  return rows;
}
