/** Kinds of failure, the `code` of a TorshError. The order is that of ts_status in src/core/context.h. */
export const errorCodes = [
  'OK', 'ERR_ARGUMENT', 'ERR_SHAPE', 'ERR_DTYPE', 'ERR_INDEX', 'ERR_MEMORY', 'ERR_AUTOGRAD', 'ERR_DISPOSED', 'ERR_CALLBACK',
  'ERR_UNSUPPORTED', 'ERR_IO', 'ERR_NUMERIC', 'ERR_BACKEND', 'ERR_BUSY',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** What every torsh function throws on bad input. `message` names the op, what was given and the rule that it breaks. */
export class TorshError extends Error {
  readonly code: ErrorCode;
  /** The op or class that failed, by its public name. */
  readonly op: string;
  constructor(code: ErrorCode, op: string, message: string, options?: { cause?: unknown }) {
    super(message, options as ErrorOptions);
    this.name = 'TorshError';
    this.code = code;
    this.op = op;
  }

  /** By its looks: each bundle (a backend, torsh/worker) has a class of its own. */
  static [Symbol.hasInstance](x: unknown): boolean {
    if (this !== TorshError) return Function.prototype[Symbol.hasInstance].call(this, x);
    return Object.prototype.toString.call(x) === '[object Error]' && (x as Error).name === 'TorshError' && errorCodes.includes((x as TorshError).code);
  }
}
// Bundlers call a class that names itself otherwise, and Node prints that.
Object.defineProperty(TorshError, 'name', { value: 'TorshError' });
