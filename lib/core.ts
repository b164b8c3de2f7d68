/** The modules that the kit (lib/kit.ts) shares with what is loaded at once: kit.cjs is bundled without them and takes them from here. */
import * as autograd from './autograd';
import * as modes from './autograd/modes';
import * as abi from './backend/abi';
import * as bind from './bind';
import * as convert from './convert';
import * as creation from './creation';
import * as workerKey from './data/worker-key';
import * as errors from './errors';
import * as namespaces from './gen/namespaces';
import * as ops from './gen/ops';
import * as system from './gen/system';
import * as info from './info';
import * as memory from './memory';
import * as messages from './messages';
import * as random from './random';
import * as call from './runtime/call';
import * as dtype from './runtime/dtype';
import * as recording from './runtime/recording';
import * as signature from './runtime/signature';
import * as tensor from './tensor';

export const core = () => ({
  autograd, 'autograd/modes': modes, 'backend/abi': abi, bind, convert, creation, 'data/worker-key': workerKey, errors, 'gen/namespaces': namespaces, 'gen/ops': ops, 'gen/system': system,
  info, memory, messages, random, 'runtime/call': call, 'runtime/dtype': dtype, 'runtime/recording': recording, 'runtime/signature': signature, tensor,
});
