/** A field to draw in, which gives pictures as those of the digits are: 8x8 cells, from the top to the bottom, each as dark as much of it is inked. */
import { color, rgb } from './canvas.mjs';
import { LARGE, SIDE } from './digits.mjs';

/** FINE: how many pixels of a side a cell is averaged over. INK: how many cells a digit's lines cover. WIDEST: most of the digits are no wider. */
const SIZE = 224, FINE = 8, INK = 19, WIDEST = 6.2;

/** Where lines of ink are drawn, seen or not. */
export class Paper {
  #lines = [];
  #shown = null;
  constructor() {
    this.canvas = document.createElement('canvas');
    this.canvas.width = this.canvas.height = SIZE;
    this.context = this.canvas.getContext('2d');
    this.fine = document.createElement('canvas');
    this.fine.width = this.fine.height = SIDE * FINE;
    this.reader = this.fine.getContext('2d', { willReadFrequently: true });
  }
  clear() {
    this.context.clearRect(0, 0, SIZE, SIZE);
    this.#lines = [];
    this.#shown = null;
  }
  /** From one point to another; both from 0 to 1. */
  line(from, to) {
    this.#lines.push([from, to]);
    stroke(this.context, [[from, to]], ([x, y]) => [SIZE * x, SIZE * y], SIZE / 12, color('ink'));
  }
  /** Lines through points, alone. */
  sketch(lines) {
    this.clear();
    for (const points of lines) points.forEach((point, k) => { if (k > 0) this.line(points[k - 1], point); });
  }
  /** The drawing as a picture: Float32Array of 64 from 0 to 1; null when there is none. `fine` then has it at eight times the size. */
  read() {
    if (this.#shown !== null) return this.#shown;
    if (this.#lines.length === 0) return null;
    const { reader } = this, side = SIDE * FINE, { at, width } = fit(this.#lines);
    reader.clearRect(0, 0, side, side);
    stroke(reader, this.#lines, (point) => at(point).map((v) => v * FINE), width * FINE, color('ink'));
    const pixels = new Float32Array(SIDE * SIDE), { data } = reader.getImageData(0, 0, side, side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) pixels[Math.floor(y / FINE) * SIDE + Math.floor(x / FINE)] += data[4 * (y * side + x) + 3] / 255 / FINE ** 2;
    }
    return pixels;
  }
  /** Puts a picture there; `large` is how it looks, 28x28. */
  show(pixels, large) {
    this.clear();
    this.#shown = pixels;
    this.context.imageSmoothingQuality = 'high';
    this.context.drawImage(picture(large, LARGE), 0, 0, SIZE, SIZE);
  }
}

function stroke(context, lines, at, width, style) {
  context.lineCap = context.lineJoin = 'round';
  context.lineWidth = width;
  context.strokeStyle = style;
  context.beginPath();
  for (const [from, to] of lines) {
    context.moveTo(...at(from));
    context.lineTo(...at(to));
  }
  context.stroke();
}

/** Where points go in the 8x8 cells, and how wide lines are there: the digits have all been brought to one height and much the same weight. */
function fit(lines) {
  const xs = lines.flat().map(([x]) => x), ys = lines.flat().map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const length = lines.reduce((sum, [a, b]) => sum + Math.hypot(a[0] - b[0], a[1] - b[1]), 0);
  // A dot or a dash stays one.
  const tall = Math.max(bottom - top, 0.3), wide = Math.max(right - left, 0.1);
  const width = Math.min(2.2, Math.max(1.2, INK / ((length * (SIDE - 1.5)) / tall)));
  const down = (SIDE - width) / tall, across = Math.min(down, (WIDEST - width) / wide);
  return { width, at: ([x, y]) => [SIDE / 2 + (x - (left + right) / 2) * across, SIDE / 2 + (y - (top + bottom) / 2) * down] };
}

/** A picture of side x side as a canvas, in ink on nothing. */
export function picture(pixels, side) {
  const canvas = new OffscreenCanvas(side, side), context = canvas.getContext('2d'), image = context.createImageData(side, side), ink = rgb('ink');
  pixels.forEach((v, i) => { image.data.set([...ink, 255 * v], 4 * i); });
  context.putImageData(image, 0, 0);
  return canvas;
}

/** A field for mouse, pen and finger. Calls onDraw(pixels, or null when it is empty) while it is drawn; at most once a frame. */
export function drawingPad(container, onDraw) {
  const paper = new Paper(), { canvas } = paper;
  canvas.setAttribute('aria-label', 'Draw here');
  container.append(canvas);
  let last = null, due = false, drawn = false;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const tell = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      onDraw(paper.read());
    });
  };
  container.addEventListener('pointerdown', (event) => {
    if (!drawn) paper.clear(); // what was shown
    drawn = true;
    container.setPointerCapture(event.pointerId);
    last = at(event);
    paper.line(last, last);
    tell();
  });
  container.addEventListener('pointermove', (event) => {
    if (last === null) return;
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const next = at(part);
      paper.line(last, next);
      last = next;
    }
    tell();
  });
  for (const type of ['pointerup', 'pointercancel']) {
    container.addEventListener(type, () => {
      if (last !== null) tell();
      last = null;
    });
  }
  return {
    read: () => paper.read(),
    fine: paper.fine,
    clear() {
      paper.clear();
      drawn = false;
      onDraw(null);
    },
    /** Shows a picture; the first stroke takes it away. */
    show(pixels, large) {
      paper.show(pixels, large);
      drawn = false;
    },
    /** Shows lines through points, the same way. */
    sketch(lines) {
      paper.sketch(lines);
      drawn = false;
    },
    get drawn() { return drawn; },
  };
}

/** Bars for the classes of a prediction; returns the function that shows one. */
export function bars(list, names) {
  const rows = names.map((name) => {
    const row = document.createElement('li');
    row.innerHTML = '<span></span><i></i><b></b>';
    row.firstChild.textContent = name;
    list.append(row);
    return row;
  });
  return (odds) => {
    const best = odds === null ? -1 : odds.indexOf(Math.max(...odds));
    rows.forEach((row, i) => {
      row.style.setProperty('--p', odds === null ? 0 : odds[i].toFixed(3));
      row.classList.toggle('best', i === best);
      row.lastChild.textContent = odds === null ? '' : `${Math.round(100 * odds[i])} %`;
    });
    return best;
  };
}
