/** The parts of the kit by name, in Node: reading them is left to the first use. */
import { core } from './core';
import type * as Comforts from './comforts';
import type * as Distributions from './distributions';
import type * as Kit from './kit';

/** Written in by the build: the names of what each namespace of the kit holds. */
declare const KIT_NAMES: { readonly [part: string]: readonly string[] };

/** Large, and of use to few programs: a file of its own. */
interface Apart { distributions: typeof Distributions }
type Parts = typeof Kit & typeof Comforts & Apart;
type Functions = { [P in keyof Parts]: Parts[P] extends (...args: any[]) => any ? P : never }[keyof Parts];

type Load<T> = (...args: unknown[]) => T;
let loaded: typeof Kit | null = null;
const kit = (): typeof Kit => (loaded ??= (require('./kit.cjs') as Load<typeof Kit>)(core(), __filename, __dirname));
const apart: { [P in keyof Apart]: () => Apart[P] } = {
  distributions: () => (require('./distributions.cjs') as Load<Apart['distributions']>)(core(), __filename, __dirname),
};
/** On top of the kit. */
let comforts: typeof Comforts | null = null;
const comfort = (): typeof Comforts => (comforts ??= (require('./comforts.cjs') as Load<typeof Comforts>)({ ...core(), ...kit().kitCore }, __filename, __dirname));
/** Written in by the build: which parts are comforts. */
declare const COMFORTS: readonly string[];
const partOf = (part: keyof Parts): unknown =>
  (part in apart ? apart[part as keyof Apart]() : COMFORTS.includes(part) ? comfort()[part as keyof typeof Comforts] : kit()[part as keyof typeof Kit]);

/** A namespace whose members come with the first of them that is asked for. */
export function kitNamespace<P extends Exclude<keyof Parts, Functions>>(part: P): Parts[P] {
  const namespace = {};
  let members: Record<string, unknown> | null = null;
  for (const name of KIT_NAMES[part]) Object.defineProperty(namespace, name, { get: () => (members ??= partOf(part) as Record<string, unknown>)[name], enumerable: true });
  return namespace as Parts[P];
}

export function kitFunction<P extends Functions>(part: P): Parts[P] {
  const call = (...args: unknown[]): unknown => (partOf(part) as (...args: unknown[]) => unknown)(...args);
  return Object.defineProperty(call, 'name', { value: part }) as Parts[P];
}
