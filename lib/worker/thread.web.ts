/** What createWorker() runs in a page's worker. */
import { init } from '../entry/web';
import { serve } from './server';

export const start = (): void => { serve({ torsh: ({ wasm }) => init(wasm === null ? {} : { wasm }) }); };

start();
