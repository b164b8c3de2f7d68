import { useBackend } from '../backend/abi';
import { compileWasmSync, wasmAbi } from '../backend/wasm';
import { wasmBytes } from '../backend/wasm-file.node';
import { serveIfWorker } from '../data/serve.node';
import { kitFunction } from '../kit.node';
import { torsh } from '../torsh';

useBackend(wasmAbi(compileWasmSync(wasmBytes())), ["'torsh/wasm' was imported"]);
serveIfWorker(kitFunction('serve'));
export default torsh;
