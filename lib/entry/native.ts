import { useBackend } from '../backend/abi';
import { nativeAbi } from '../backend/native.node';
import { serveIfWorker } from '../data/workers.node';
import { torsh } from '../torsh';

useBackend(nativeAbi(), ["'torsh/native' was imported"]);
serveIfWorker();
export default torsh;
