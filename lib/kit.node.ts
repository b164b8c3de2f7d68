/** The parts of the kit by name, in Node: reading them is left to the first use. */
import { core } from './core';
import type * as Kit from './kit';

/** Written in by the build: the names of what each namespace of the kit holds. */
declare const KIT_NAMES: { readonly [part: string]: readonly string[] };

type Parts = typeof Kit;
type Functions = { [P in keyof Parts]: Parts[P] extends (...args: any[]) => any ? P : never }[keyof Parts];

let loaded: Parts | null = null;
const kit = (): Parts => (loaded ??= (require('./kit.cjs') as (...args: unknown[]) => Parts)(core, __filename, __dirname));

/** A namespace whose members come with the first of them that is asked for. */
export function kitNamespace<P extends Exclude<keyof Parts, Functions>>(part: P): Parts[P] {
  const namespace = {};
  let members: Record<string, unknown> | null = null;
  for (const name of KIT_NAMES[part]) Object.defineProperty(namespace, name, { get: () => (members ??= kit()[part] as Record<string, unknown>)[name], enumerable: true });
  return namespace as Parts[P];
}

export function kitFunction<P extends Functions>(part: P): Parts[P] {
  const call = (...args: unknown[]): unknown => (kit()[part] as (...args: unknown[]) => unknown)(...args);
  return Object.defineProperty(call, 'name', { value: part }) as Parts[P];
}
