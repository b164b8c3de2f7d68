/**
 * What this folder uses of the library. It is handed in, and everything else is imported as a type alone: so the folder is a bundle of its
 * own, which costs nothing until torsh.distributions is asked for something.
 */
import type { Core } from '../distributions';

export let core: Core;
export function connect(parts: Core): void { core = parts; }
