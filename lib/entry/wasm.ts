import { useBackend } from '../backend/abi';
import { loadWasmSync } from '../backend/wasm';
import { serveIfWorker } from '../data/workers.node';
import { torsh } from '../torsh';

useBackend(...loadWasmSync("'torsh/wasm' was imported"));
serveIfWorker();
export default torsh;
