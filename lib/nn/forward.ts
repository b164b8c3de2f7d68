import { signature, type Signature } from '../bind';

const forwardSignature: unique symbol = Symbol.for('torsh.nn.forward');
type Forward = { [forwardSignature]?: Signature };

/** Lets the modules of these classes be called with names too: `linear({ input: x })`. A class's own forward is not concerned. */
export function takesNames(text: string, ...classes: { readonly name: string; readonly prototype: { forward: unknown } }[]): void {
  for (const c of classes) Object.defineProperty(c.prototype.forward, forwardSignature, { value: signature(c.name, text) });
}

export const signatureOf = (forward: unknown): Signature | undefined => (forward as Forward)[forwardSignature];
