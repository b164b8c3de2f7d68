/** Python's slice(start, stop, step), for x.at(...): torsh.slice(stop) or torsh.slice(start, stop, step); null leaves one out. */
export class Slice {
  constructor(readonly start: number | null, readonly stop: number | null, readonly step: number | null) {}
}

export function slice(...args: (number | null)[]): Slice {
  if (args.length === 1) return new Slice(null, args[0], null);
  return new Slice(args[0] ?? null, args[1] ?? null, args[2] ?? null);
}
