/** What torsh.compile has made of a function, as data and as text. */

export interface Program {
  /** Dtypes and shapes of the tensors that it takes. */
  inputs: string[];
  /** Calls of ops, and their names (the first 500). */
  steps: number;
  ops: string[];
  /** Tensors that it uses besides: parameters and the like. */
  constants: number;
  /** How often it has run. */
  runs: number;
  /** False until two calls in a row have recorded the same. */
  ready: boolean;
  /** What a run does: so many calls, a chain being one. */
  calls: number;
  /** Elementwise calls that are made in one pass. */
  fused: string[][];
  /** Batch norms that the weights in front of them have taken in. */
  folded: number;
  /** Additions and clamps (relu, ...) that the convolution in front of them does itself. */
  endings: number;
  /** Memory that intermediate results share from run to run. */
  buffers: { count: number; bytes: number };
  /** What must be as it was for the program to serve. */
  guards: string[];
  /** Why nothing was fused or folded; null where it was tried. */
  plain: string | null;
  /** Why runAsync() does not leave it to another thread; null where it does. */
  bound: string | null;
}
export interface Break { inputs: string[] | null; reason: string }

const list = (names: readonly string[]): string => (names.length > 8 ? `${names.slice(0, 8).join(', ')}, ... (${names.length})` : names.join(', '));
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

export class Explanation {
  constructor(readonly programs: Program[], /** Calls that run as they would without compile, and why. */ readonly breaks: Break[]) {}

  toString(): string {
    const lines: string[] = [];
    for (const p of this.programs) {
      lines.push(`program for ${p.inputs.length ? p.inputs.join(', ') : 'no tensors'}: ${p.ready ? count(p.runs, 'run') : 'recorded once; the next such call decides'}`);
      lines.push(`  recorded  ${count(p.steps, 'call')}: ${list(p.ops)}`);
      lines.push(`  guards    ${p.guards.join('; ')}`);
      if (p.ready) {
        lines.push(`  runs as   ${count(p.calls, 'call')}${p.folded ? `, ${count(p.folded, 'batch norm')} folded` : ''}${p.endings ? `, ${count(p.endings, 'ending')} in convolutions` : ''}${p.buffers.count ? `, ${count(p.buffers.count, 'buffer')} of ${(p.buffers.bytes / 1024).toFixed(1)} KiB in all` : ''}`);
        for (const chain of p.fused) lines.push(`  fused     ${chain.join(' + ')}`);
        if (p.plain !== null) lines.push(`  plain     ${p.plain}`);
        if (p.bound !== null) lines.push(`  no async  ${p.bound}`);
      }
    }
    for (const b of this.breaks) lines.push(`not compiled${b.inputs ? ` for ${b.inputs.join(', ')}` : ''}: ${b.reason}`);
    return lines.length ? lines.join('\n') : 'nothing has been called yet';
  }
}
Object.defineProperty(Explanation.prototype, Symbol.for('nodejs.util.inspect.custom'), { value(this: Explanation): string { return this.toString(); } });

/** One line of _programsReport; modules: how many have fields that are watched. */
export function programOf(line: string, modules: number): Program | Break {
  const [state, , runs, given, steps, constants, reason, ops, calls, folded, endings, fused, buffers, bytes, plain, bound, modes] = line.split('\t');
  const inputs = given === '' ? [] : given.split(';');
  if (state === '0') return { inputs, reason };
  const guards = [`${inputs.length ? 'shapes, strides, dtypes and requiresGrad of the arguments' : 'no tensors among the arguments'}`];
  guards.push(modes[0] === '1' ? 'gradients on' : 'gradients off', ...(modes[1] === '1' ? ['inference mode'] : []), ...(modes[2] === '1' ? ['autocast'] : []));
  if (constants !== '0') guards.push(`${count(Number(constants), 'tensor')} of its own (parameters and the like)`);
  if (modules > 0) guards.push(`fields of ${count(modules, 'module')}`);
  return {
    inputs, steps: Number(steps), ops: ops === '' ? [] : ops.split(' '), constants: Number(constants), runs: Number(runs), ready: state === '2', calls: Number(calls),
    fused: fused === '' ? [] : fused.split(' ').map((chain) => chain.split('+')), folded: Number(folded), endings: Number(endings), buffers: { count: Number(buffers), bytes: Number(bytes) }, guards,
    plain: plain === '' ? null : plain, bound: bound === '' ? null : bound,
  };
}
