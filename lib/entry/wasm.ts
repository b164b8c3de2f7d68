import { useBackend } from '../backend/abi';
import { loadWasmSync } from '../backend/wasm';
import { serveIfWorker } from '../data/serve.node';
import { kitFunction } from '../kit.node';
import { torsh } from '../torsh';

useBackend(...loadWasmSync("'torsh/wasm' was imported"));
serveIfWorker(kitFunction('serve'));
export default torsh;
