/** One gigabyte of safetensors and of .pt to the disk and back, beside plain writes and reads of as many bytes, in turns; and the memory that it takes besides. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const build = join(dirname(fileURLToPath(import.meta.url)), '../..', 'build');

/** Runs in a process of its own, in an empty folder. Before it is read the system is told to forget a file (by dd), so that the disk itself is read. */
function measure(torsh) {
  const fs = require('node:fs'), { spawnSync } = require('node:child_process');
  const forget = (file) => spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
  const ROUNDS = 3, PIECES = 1024, piece = Buffer.alloc(1 << 20, 1), best = {};
  const peak = () => process.resourceUsage().maxRSS / 1024;
  const time = (what, f) => {
    const start = process.hrtime.bigint(), result = f();
    best[what] = Math.min(best[what] ?? Infinity, Number(process.hrtime.bigint() - start) / 1e6);
    return result;
  };
  const state = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`layer${i}.weight`, torsh.ones(4096, 4096)]));
  const before = peak();
  for (let round = 0; round < ROUNDS; round++) {
    time('plain write', () => {
      const fd = fs.openSync('plain', 'w');
      for (let i = 0; i < PIECES; i++) fs.writeSync(fd, piece);
      fs.fsyncSync(fd);
      fs.closeSync(fd);
    });
    for (const ending of ['safetensors', 'pt']) time(`save ${ending}`, () => torsh.save(state, `model.${ending}`));
  }
  const extra = peak() - before;
  for (const t of Object.values(state)) t.dispose();
  const drop = (loaded) => { for (const t of Object.values(loaded)) t.dispose(); };
  for (let round = 0; round < ROUNDS; round++) {
    for (const file of ['plain', 'model.safetensors', 'model.pt']) forget(file);
    time('plain read', () => {
      const fd = fs.openSync('plain', 'r');
      while (fs.readSync(fd, piece) > 0);
      fs.closeSync(fd);
    });
    for (const ending of ['safetensors', 'pt']) drop(time(`load ${ending}`, () => torsh.load(`model.${ending}`)));
    drop(time('load mapped', () => torsh.load('model.safetensors', { mmap: true })));
  }
  return { ...best, extra, 'extra with loads': peak() - before };
}

/** The rows: milliseconds against twice those of plain calls, and megabytes. */
export function files(env, dist) {
  const folder = mkdtempSync(join(build, 'bench-files-'));
  try {
    const source = `console.log(JSON.stringify((${measure})(require(${JSON.stringify(join(dist, 'native.cjs'))}))))`;
    const { extra, 'extra with loads': withLoads, ...times } = JSON.parse(execFileSync(process.execPath, ['-e', source], { encoding: 'utf8', env, cwd: folder }).trim().split('\n').pop());
    return [
      { name: '1 GB to a file and back', group: 'files', unit: 'ms', values: times, goals: ['safetensors', 'pt'].flatMap((e) => [[`save ${e}`, 'plain write', 2], [`load ${e}`, 'plain read', 2]]) },
      { name: '1 GB to a file and back, memory besides', group: 'files', unit: 'MB', values: { save: extra, 'save and load': withLoads }, goals: [['save', 100], ['save and load', 100]] },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
