/** How far a training is, in the terminal. */
import progress from 'cli-progress';

/** Progress of a training: a bar on a terminal, else a line an epoch. */
export function trainingProgress(name, epochs) {
  if (!process.stdout.isTTY) {
    return {
      onStep() {},
      onEpoch: ({ epoch, loss, seconds }) => console.log(`  ${name}: epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  ${seconds.toFixed(2)} s`),
      stop() {},
    };
  }
  const bar = new progress.SingleBar({
    format: `  ${name} [{bar}] epoch {epoch}/${epochs}  loss {loss}  {duration_formatted}`,
    stream: process.stdout, barsize: 30, hideCursor: true, clearOnComplete: true,
  }, progress.Presets.shades_classic);
  let started = false;
  return {
    onStep({ epoch, step, steps, loss }) {
      const payload = { epoch, loss: loss.toFixed(4) };
      if (!started) bar.start(epochs * steps, 0, payload);
      started = true;
      bar.update((epoch - 1) * steps + step, payload);
    },
    onEpoch() {},
    stop: () => bar.stop(),
  };
}
