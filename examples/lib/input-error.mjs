/** What the user can mend: shown without a stack trace. */
export class InputError extends Error {}
