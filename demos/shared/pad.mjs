/** A field to draw in, which gives pictures as those of MNIST are: 28x28, the drawing fitted into 20x20 with its centre of mass in the middle. */
import { color, rgb } from './canvas.mjs';

const SIZE = 224, SIDE = 28, BOX = 20;

/** Where lines of ink are drawn, seen or not. */
export class Paper {
  constructor() {
    this.canvas = document.createElement('canvas');
    this.canvas.width = this.canvas.height = SIZE;
    this.context = this.canvas.getContext('2d', { willReadFrequently: true });
    this.small = document.createElement('canvas');
    this.small.width = this.small.height = SIDE;
    this.reader = this.small.getContext('2d', { willReadFrequently: true });
  }
  clear() { this.context.clearRect(0, 0, SIZE, SIZE); }
  /** From one point to another; both from 0 to 1. */
  line(from, to) {
    const { context } = this;
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = SIZE / 12;
    context.strokeStyle = color('ink');
    context.beginPath();
    context.moveTo(SIZE * from[0], SIZE * from[1]);
    context.lineTo(SIZE * to[0], SIZE * to[1]);
    context.stroke();
  }
  /** The drawing as a picture: Float32Array of 784 from 0 to 1; null when there is none. */
  read() {
    const { data } = this.context.getImageData(0, 0, SIZE, SIZE);
    let left = SIZE, right = -1, top = SIZE, bottom = -1, mass = 0, massX = 0, massY = 0;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const ink = data[4 * (y * SIZE + x) + 3];
        if (ink < 40) continue;
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
        mass += ink;
        massX += ink * x;
        massY += ink * y;
      }
    }
    if (right < 0) return null;
    const scale = BOX / Math.max(right - left + 1, bottom - top + 1), { reader } = this;
    reader.clearRect(0, 0, SIDE, SIDE);
    reader.imageSmoothingQuality = 'high';
    reader.drawImage(this.canvas, SIDE / 2 - (massX / mass) * scale, SIDE / 2 - (massY / mass) * scale, SIZE * scale, SIZE * scale);
    const pixels = new Float32Array(SIDE * SIDE), shrunk = reader.getImageData(0, 0, SIDE, SIDE).data;
    for (let i = 0; i < pixels.length; i++) pixels[i] = shrunk[4 * i + 3] / 255;
    return pixels;
  }
  /** Puts a picture there. */
  show(pixels) {
    this.clear();
    const ink = rgb('ink'), image = this.reader.createImageData(SIDE, SIDE);
    pixels.forEach((v, i) => { image.data.set([...ink, 255 * v], 4 * i); });
    this.reader.putImageData(image, 0, 0);
    this.context.imageSmoothingQuality = 'high';
    this.context.drawImage(this.small, 0, 0, SIZE, SIZE);
  }
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
    clear() {
      paper.clear();
      drawn = false;
      onDraw(null);
    },
    /** Shows a picture; the first stroke takes it away. */
    show(pixels) {
      paper.show(pixels);
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
