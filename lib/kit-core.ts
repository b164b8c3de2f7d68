/** Of the kit, the modules that comforts.cjs (lib/comforts.ts) shares with it, as lib/core.ts lists those of the core. */
import * as collate from './data/collate';
import * as loader from './data/loader';
import * as io from './io';
import * as deflate from './io/deflate.node';
import * as files from './io/files.node';
import * as values from './io/values';
import * as fields from './nn/fields';
import * as functional from './nn/functional';
import * as hooks from './nn/global-hooks';
import * as module from './nn/module';
import * as repr from './nn/repr';
import * as utils from './nn/utils';
import * as optimizer from './optim/optimizer';
import * as peers from './peers.node';

export const kitCore = {
  'data/collate': collate, 'data/loader': loader, io, 'io/deflate': deflate, 'io/files': files, 'io/values': values, 'nn/fields': fields, 'nn/functional': functional,
  'nn/global-hooks': hooks, 'nn/module': module, 'nn/repr': repr, 'nn/utils': utils, 'optim/optimizer': optimizer, peers,
};
