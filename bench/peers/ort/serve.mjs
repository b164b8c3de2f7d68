/** onnxruntime in Node: node serve.mjs onnxruntime-node|onnxruntime-web THREADS */
import { createRequire } from 'node:module';
import { build, names } from '../onnx/works.mjs';
import { serve } from '../protocol.mjs';
import { works } from './works.mjs';

const [, , name, threads] = process.argv;
const ort = createRequire(import.meta.url)(name);
const options = { executionProviders: [name === 'onnxruntime-web' ? 'wasm' : 'cpu'] };
if (name === 'onnxruntime-web') ort.env.wasm.numThreads = Number(threads);
else Object.assign(options, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 });

serve(works(ort, names, build, options));
