/**
 * What a peer's process speaks: a JSON request a line on stdin ({ id, work, ms, check, ...parameters }; instead of ms, calls: how many to make), a JSON answer a line on stdout:
 * { id, us } (microseconds a call), with `once: true` when a call takes so long that one was made, and with `digest` when `check` asked for
 * what identifies the result; or { id, missing } when the peer cannot do such work, or { id, error }.
 * A work is { run, result?, free?, note? }: what is timed; the numbers that it computes, as arrays; what lets go of it; { note } to be told.
 */
import { createInterface } from 'node:readline';
import { answerer } from './timing.mjs';

export function serve(works) {
  const out = process.stdout.write.bind(process.stdout);
  const say = (reply) => { out(`${JSON.stringify(reply)}\n`); };
  const answer = answerer(works);
  let last = Promise.resolve();
  createInterface({ input: process.stdin })
    .on('line', (line) => { last = answer(JSON.parse(line)).then(say); })
    .on('close', () => { last.then(() => process.exit(0)); });
  say({ ready: true });
}
