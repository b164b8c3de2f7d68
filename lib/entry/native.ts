import { useBackend } from '../backend/abi';
import { nativeAbi } from '../backend/native.node';
import { torsh } from '../torsh';

useBackend(nativeAbi(), ["'torsh/native' was imported"]);
export default torsh;
