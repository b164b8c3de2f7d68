import { useBackend } from '../backend/abi';
import { nativeAbi } from '../backend/native.node';
import { serveIfWorker } from '../data/serve.node';
import { kitFunction } from '../kit.node';
import { torsh } from '../torsh';

useBackend(nativeAbi(), ["'torsh/native' was imported"]);
serveIfWorker(kitFunction('serve'));
export default torsh;
