/** Where progress is shown in Node: a bar of cli-progress on a terminal, else a line now and then. */
import { peer } from '../peers.node';
import { barLine, plainLine, type Shown } from './text';

export interface Face {
  /** Seconds between two drawings. */
  readonly interval: number;
  draw(shown: Shown): void;
  /** The last drawing; what is not to be left disappears. */
  close(shown: Shown, leave: boolean): void;
  /** A pause in which a page is painted. */
  pause?(): Promise<void>;
}
export interface FaceOptions { stream?: unknown; element?: unknown; ncols?: number | null }

interface Stream { isTTY?: boolean; columns?: number; write(text: string): unknown }
/** What is used of cli-progress. */
interface Bar { update(value: number, payload: object): void }
interface MultiBar {
  bars: Bar[]; options: { clearOnComplete: boolean }; timer: { unref?(): void } | null;
  create(total: number, start: number, payload: object): Bar;
  remove(bar: Bar): boolean; update(): void; stop(): void; log(text: string): void; on(event: string, f: () => void): void;
}
interface CliProgress { MultiBar: new (options: object) => MultiBar }

/** One stack of bars for each terminal: loops within loops. */
const screens = new Map<Stream, MultiBar>();
let hinted = false;

function screenOf(stream: Stream, ncols: number | null): MultiBar | null {
  const open = screens.get(stream);
  if (open) return open;
  const cli = peer<CliProgress>('cli-progress');
  if (cli === null) return null;
  const screen = new cli.MultiBar({
    // The cursor and line wrapping stay as they are, so nothing needs to be put back if the process is killed; and no signal is caught.
    stream, hideCursor: false, linewrap: true, gracefulExit: false, forceRedraw: true, fps: 4,
    format: (_options: unknown, _params: unknown, payload: { shown: Shown }) => barLine(payload.shown, (ncols ?? stream.columns ?? 80) - 1),
  });
  // Its timer redraws while a long step runs, but keeps no process alive.
  screen.on('update-post', () => { screen.timer?.unref?.(); });
  screens.set(stream, screen);
  return screen;
}

function onTerminal(stream: Stream, screen: MultiBar): Face {
  let own: Bar | null = null;
  const show = (shown: Shown): Bar => {
    if (own === null) {
      own = screen.create(shown.total ?? 1, 0, { shown });
      screen.timer?.unref?.();
    }
    own.update(shown.n, { shown });
    return own;
  };
  return {
    interval: 0.1,
    draw(shown) {
      show(shown);
      screen.update();
    },
    close(shown, leave) {
      if (own === null && !leave) return;
      const mine = show(shown);
      if (screen.bars.length === 1) {
        screens.delete(stream);
        screen.options.clearOnComplete = !leave;
        screen.stop();
        return;
      }
      // Others go on below.
      if (leave) screen.log(`${barLine(shown, (stream.columns ?? 80) - 1)}\n`);
      screen.remove(mine);
    },
  };
}

function inLines(stream: Stream): Face {
  let last = '';
  const write = (shown: Shown): void => {
    const line = plainLine(shown);
    if (line !== last) stream.write(`${line}\n`);
    last = line;
  };
  return { interval: 10, draw: write, close: (shown, leave) => { if (leave) write(shown); } };
}

export function openFace(options: FaceOptions): Face {
  const stream = (options.stream ?? process.stderr) as Stream;
  if (stream.isTTY !== true) return inLines(stream);
  const screen = screenOf(stream, options.ncols ?? null);
  if (screen !== null) return onTerminal(stream, screen);
  if (!hinted) stream.write('progress: npm install cli-progress shows a bar here\n');
  hinted = true;
  return inLines(stream);
}

/** A line of text above the bars. */
export function writeLine(text: string, options: FaceOptions): void {
  const stream = (options.stream ?? process.stderr) as Stream, screen = screens.get(stream);
  if (!screen) { stream.write(`${text}\n`); return; }
  screen.log(`${text}\n`);
  screen.update();
}

export const isStream = (x: unknown): boolean => typeof x === 'object' && x !== null && typeof (x as Stream).write === 'function';
