/** What createWorker() runs in Node. */
import { createRequire } from 'node:module';
import type { torsh as api } from '../torsh';
import { serve } from './server';

/** The choice of backend is that of 'torsh', in a bundle beside this one. */
export const start = (): void => { serve({ torsh: () => createRequire(__filename)('./torsh.cjs') as typeof api }); };

start();
