/** All of what a page has, in one module. Pages themselves load pieces of it: tools/build/web.mjs. */
import './page-start';

export { torsh as default } from '../torsh';
