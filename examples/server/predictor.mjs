/** Tasks of the thread that computes (torsh/worker runs them there). */
let model = null;

/** weights: a message of torsh.toMessage(): on the native backend they stay where they are, and all threads read the same memory. */
export async function setup({ network, weights }, { torsh }) {
  const made = (await import(network)).network(torsh, torsh.fromMessage(weights));
  made.module.eval();
  ({ model } = made);
}

/** The outputs of a batch, row by row. */
export function predict({ data, shape }, { torsh, transfer }) {
  const output = torsh.tidy(() => torsh.inferenceMode(() => model(torsh.tensor(data).reshape(shape)).toTypedArray()));
  return { output: transfer(output), memory: torsh.memory() };
}
