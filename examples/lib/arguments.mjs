/** Options of a command line: their kinds, what argv gives them, and their help. Every failure is an InputError that names the option. */
import { InputError } from './input-error.mjs';

const number = (rule, valid) => (fallback, help) => ({
  fallback, help, unit: 'N',
  read(value, option) {
    if (value.trim() === '' || !valid(Number(value))) throw new InputError(`${option} must be ${rule}, not '${value}'`);
    return Number(value);
  },
});

/** Kinds of options: count(default, help), and so on. */
export const count = number('a positive whole number', (n) => Number.isSafeInteger(n) && n > 0);
export const whole = number('a whole number that is not negative', (n) => Number.isSafeInteger(n) && n >= 0);
export const positive = number('a positive number', (n) => Number.isFinite(n) && n > 0);
export const text = (fallback, help, unit = 'TEXT') => ({ fallback, help, unit, read: (value) => value });
export const choice = (fallback, names, help) => ({
  fallback, help, unit: 'NAME',
  read(value, option) {
    if (!names.includes(value)) throw new InputError(`${option} must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, not '${value}'`);
    return value;
  },
});

const flag = (key) => `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/** The values of the options by name, and help: whether --help is asked for. A kind's read(value, option, next) may take a further value by next(option). */
export function parse(argv, options) {
  const args = argv.flatMap((arg) => (/^--[a-z-]+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg]));
  const values = Object.fromEntries(Object.entries(options).map(([key, { fallback }]) => [key, fallback]));
  const keys = new Map(Object.keys(options).map((key) => [flag(key), key]));
  const next = (option) => {
    const value = args.shift();
    if (value === undefined || value.startsWith('--')) throw new InputError(`${option} needs a value`);
    return value;
  };
  values.help = false;
  while (args.length > 0) {
    const option = args.shift(), key = keys.get(option);
    if (option === '--help' || option === '-h') values.help = true;
    else if (key === undefined) throw new InputError(`unknown option ${option}; --help lists them`);
    else values[key] = options[key].read(next(option), option, next);
  }
  return values;
}

/** A line for each option. */
export function helpOf(options) {
  const rows = Object.entries(options).map(([key, { unit, help, fallback }]) => [`${flag(key)} ${unit}`, fallback === null ? help : `${help} (default: ${fallback})`]);
  rows.push(['--help', 'this text']);
  return rows.map(([left, right]) => `  ${left.padEnd(20)}  ${right}`).join('\n');
}
