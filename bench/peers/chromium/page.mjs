/** In the page: open(library, threads) gives what answers requests. Served from the root of the checkout. */
import { answerer } from '../timing.mjs';

const modules = '/bench/node_modules';
const libraries = {
  async torsh(threads) {
    const { default: torsh } = await import('/dist/torsh.web.mjs');
    const { works } = await import('../torsh/works.mjs');
    torsh.setNumThreads(threads);
    return works(torsh);
  },
  async tfjs(threads) {
    const { tf, backend } = await import('/build/bench/tfjs-wasm.mjs');
    const { works } = await import('../tfjs/works.mjs');
    backend.setWasmPaths(`${modules}/@tensorflow/tfjs-backend-wasm/dist/`);
    backend.setThreadsCount(threads);
    await tf.setBackend('wasm');
    await tf.ready();
    return works(tf);
  },
  async ort(threads) {
    const ort = await import(`${modules}/onnxruntime-web/dist/ort.wasm.min.mjs`);
    const { build, names } = await import('/build/bench/onnx.mjs');
    const { works } = await import('../ort/works.mjs');
    ort.env.wasm.numThreads = threads;
    return works(ort, names, build, { executionProviders: ['wasm'] });
  },
  async jax() {
    const jax = await import(`${modules}/@jax-js/jax/dist/index.js`);
    const { works } = await import('../jax/works.mjs');
    await jax.init('wasm');
    jax.defaultDevice('wasm');
    return works(jax);
  },
};

export const open = async (library, threads) => answerer(await libraries[library](threads));
