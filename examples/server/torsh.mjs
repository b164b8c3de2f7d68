/** torsh of the checkout around this example. In a project of one's own: export { default } from 'torsh'. */
import { createRequire } from 'node:module';

export default createRequire(new URL('../../package.json', import.meta.url))('torsh');
