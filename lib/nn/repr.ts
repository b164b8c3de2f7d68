/** Values as Python writes them: what extraRepr lines are made of, so that a printed module tree equals PyTorch's. */

/** A number that PyTorch holds as a float: 1 is '1.0', 0.00001 is '1e-05'. */
export function pyFloat(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : 'inf';
  const [digits, power] = x.toExponential().split('e');
  const exponent = Number(power);
  if (x !== 0 && (exponent < -4 || exponent >= 16)) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  if (Number.isInteger(x)) return `${Object.is(x, -0) ? '-0' : BigInt(x)}.0`;
  return String(x);
}

/** Any option: True, None, (3, 3), 0.1; whole numbers as ints and strings bare. */
export function py(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : pyFloat(value);
  if (Array.isArray(value)) return value.length === 1 ? `(${py(value[0])},)` : `(${value.map(py).join(', ')})`;
  return String(value);
}

/** A number whose default is a float of whole value: PyTorch prints that as one, and others as they were given. */
export const pyGiven = (value: number, byDefault: number): string => (value === byDefault ? pyFloat(value) : py(value));

/** "torch.Size([2, 3])" in messages. */
export const pySize = (shape: ArrayLike<number>): string => `torch.Size([${Array.from(shape).join(', ')}])`;

/** All lines but the first, two columns further right. */
export const indent = (text: string): string => text.split('\n').join('\n  ');

/** A node of the printed tree. */
export function tree(name: string, extra: string, children: readonly (readonly [string, string])[]): string {
  const extraLines = extra === '' ? [] : extra.split('\n');
  if (extraLines.length === 1 && children.length === 0) return `${name}(${extraLines[0]})`;
  const lines = [...extraLines, ...children.map(([key, text]) => `(${key}): ${indent(text)}`)];
  return lines.length === 0 ? `${name}()` : `${name}(\n  ${lines.join('\n  ')}\n)`;
}
