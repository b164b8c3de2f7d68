// types/ alone: what `npm run check` looks at. It needs no backend and leaves dist/ as it is.
import { root } from '../sources.mjs';
import { buildTypes } from './types.mjs';

const trouble = await buildTypes(root);
if (trouble) {
  console.error(trouble);
  process.exit(1);
}
