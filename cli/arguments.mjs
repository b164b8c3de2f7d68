/** What stands on a command line, by node:util's parseArgs: options of each command, their kinds and their help. */
import * as util from 'node:util';

/** A command line that cannot be meant: usage on stderr, exit code 2. */
export class UsageError extends Error {}

const option = (help, unit, read, fallback = null) => ({ type: 'string', help, unit, read, fallback });
const number = (rule, valid) => (help, fallback = null) => option(help, 'N', (text, name) => {
  if (text.trim() === '' || !valid(Number(text))) throw new UsageError(`${name} must be ${rule}, not '${text}'`);
  return Number(text);
}, fallback);

/** Kinds of options: flag(help), text(help, unit, default), ... */
export const flag = (help) => ({ type: 'boolean', help, fallback: false });
export const text = (help, unit = 'TEXT', fallback = null) => option(help, unit, (value) => value, fallback);
export const positiveWhole = number('a positive whole number', (n) => Number.isSafeInteger(n) && n > 0);
export const whole = number('a whole number that is not negative', (n) => Number.isSafeInteger(n) && n >= 0);
/** Threads: what torsh.setNumThreads() takes. */
export const threads = number('a whole number from 1 to 64', (n) => Number.isInteger(n) && n >= 1 && n <= 64);
export const positive = number('a positive number', (n) => Number.isFinite(n) && n > 0);
export const choice = (help, names, fallback = null) => option(help, names.join('|'), (value, name) => {
  if (!names.includes(value)) throw new UsageError(`${name} must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, not '${value}'`);
  return value;
}, fallback);
/** Sizes: '1,28,28'. Given several times, several inputs. */
export const sizes = (help) => ({
  ...option(help, 'SIZES', (list, name) => list.map((value) => {
    const dims = value.split(/[,x]/).map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : NaN));
    if (!dims.every(Number.isSafeInteger)) throw new UsageError(`${name} must be sizes such as 1,28,28, not '${value}'`);
    return dims;
  })),
  multiple: true,
});

export const backend = choice('the backend (default: native where it loads, else wasm)', ['native', 'wasm']);
export const json = flag('machine output: JSON on stdout');

/** parseArgs's words, without its advice on dashes. */
const reason = (message) => message.split(/\. To specify|\.\s*Did you forget/)[0].replace(/^./, (c) => c.toLowerCase()).replace(/\.$/, '');

/**
 * The values of a command's options and what else stands on its line: { values, operands }. command: { options, operands: [least, most, what] }.
 * Errors: UsageError.
 */
export function read(args, { options, operands: [least, most, what] }) {
  const known = Object.fromEntries(Object.entries({ ...options, help: { type: 'boolean', short: 'h' } })
    .map(([name, { type, short, multiple }]) => [name, { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) }]));
  let parsed;
  try {
    parsed = util.parseArgs({ args, options: known, allowPositionals: true, strict: true });
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    throw new UsageError(reason(error.message));
  }
  if (parsed.values.help) return { help: true };
  const values = {};
  for (const [name, { type, read: convert, fallback }] of Object.entries(options)) {
    const given = parsed.values[name];
    values[name] = given === undefined ? fallback : type === 'boolean' ? given : convert(given, `--${name}`);
  }
  const { positionals: operands } = parsed;
  if (operands.length < least) throw new UsageError(`${what} is missing`);
  if (operands.length > most) throw new UsageError(`'${operands[most]}' is one too many`);
  return { values, operands };
}

/** The help of a command. */
export function usageOf(name, { about, line, options }) {
  const rows = Object.entries({ ...options, help: { help: 'this text' } }).map(([key, { unit, help, fallback }]) =>
    [`--${key}${unit ? ` ${unit}` : ''}`, fallback ? `${help} (default: ${fallback})` : help]);
  const width = Math.max(...rows.map(([left]) => left.length));
  return `${about}\n\nUsage: torsh ${name}${line ? ` ${line}` : ''} [options]\n\n${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')}`;
}
