/** Lines that grow while something is trained. */
import { color, surface } from './canvas.mjs';

const MOST = 1200;
const MARGIN = { left: 46, right: 14, top: 12, bottom: 20 };

/** The values of a line: once there are many, neighbours become one. */
class Line {
  constructor(options) {
    Object.assign(this, { color: 'blue', label: '', smooth: 0, dash: null, ...options });
    this.clear();
  }
  clear() {
    this.points = [];
    this.every = 1;
    this.waiting = [];
    this.mean = null;
  }
  add(x, y) {
    if (!Number.isFinite(y)) return;
    this.waiting.push(y);
    this.mean = this.mean === null ? y : this.mean + (1 - this.smooth) * (y - this.mean);
    if (this.waiting.length < this.every) return;
    this.points.push({ x, y: this.waiting.reduce((a, b) => a + b) / this.waiting.length, mean: this.mean });
    this.waiting = [];
    if (this.points.length <= MOST) return;
    this.points = this.points.filter((_, i) => i % 2 === 1);
    this.every *= 2;
  }
}

/**
 * A plot in a canvas. lines: by name, { color, label, smooth (0 to 1: also its running mean) }. log: the y axis is logarithmic. range: [low, high] that is always
 * shown. format: of the values on the axis and at the ends of the lines.
 */
export class Plot {
  constructor(canvas, { lines, log = false, range = null, format = (y) => y.toPrecision(2), unit = 'step' }) {
    this.lines = Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, new Line(line)]));
    Object.assign(this, { log, range, format, unit });
    this.redraw = surface(canvas, (...args) => { this.draw(...args); });
  }
  add(name, x, y) {
    this.lines[name].add(x, y);
    this.redraw();
  }
  clear() {
    for (const line of Object.values(this.lines)) line.clear();
    this.redraw();
  }

  draw(c, width, height) {
    const lines = Object.values(this.lines), all = lines.flatMap((line) => line.points);
    let low = Infinity, high = -Infinity, last = 1;
    for (const { x, y, mean } of all) {
      low = Math.min(low, this.log ? mean * 0.45 : y);
      high = Math.max(high, y);
      last = Math.max(last, x);
    }
    if (this.range) [low, high] = [Math.min(low, this.range[0]), Math.max(high, this.range[1])];
    if (!(low < high)) [low, high] = this.log ? [0.1, 1] : [0, 1];
    const scale = this.log ? (y) => Math.log(Math.max(y, low)) : (y) => y;
    const [bottom, top] = [scale(low), scale(high)];
    const px = (x) => MARGIN.left + (x / last) * (width - MARGIN.left - MARGIN.right);
    const py = (y) => MARGIN.top + ((top - scale(y)) / (top - bottom || 1)) * (height - MARGIN.top - MARGIN.bottom);

    c.font = `500 11px ${color('sans')}`;
    c.fillStyle = color('faint');
    c.strokeStyle = color('hair');
    c.lineWidth = 1;
    c.textBaseline = 'middle';
    c.textAlign = 'right';
    for (const tick of ticks(low, high, this.log)) {
      const y = Math.round(py(tick)) + 0.5;
      c.fillText(this.format(tick), MARGIN.left - 7, y);
      c.beginPath();
      c.moveTo(MARGIN.left, y);
      c.lineTo(width - MARGIN.right, y);
      c.stroke();
    }
    c.textBaseline = 'alphabetic';
    if (all.length > 0) c.fillText(`${this.unit} ${last.toLocaleString('en')}`, width - MARGIN.right, height - 4);

    c.lineJoin = 'round';
    const taken = [];
    for (const line of lines) {
      if (line.points.length === 0) continue;
      const draw = (value, w, alpha) => {
        c.globalAlpha = alpha;
        c.lineWidth = w;
        c.strokeStyle = color(line.color);
        c.setLineDash(line.dash ?? []);
        c.beginPath();
        for (const point of line.points) c.lineTo(px(point.x), py(point[value]));
        c.stroke();
        c.setLineDash([]);
      };
      if (line.smooth > 0) draw('y', 1, 0.28);
      draw(line.smooth > 0 ? 'mean' : 'y', 2.2, 1);
      c.globalAlpha = 1;
      const end = line.points.at(-1), value = line.smooth > 0 ? end.mean : end.y;
      c.fillStyle = color(line.color);
      c.beginPath();
      c.arc(px(end.x), py(value), 3.5, 0, 7);
      c.fill();
      const place = py(value) > MARGIN.top + 18 ? py(value) - 9 : py(value) + 18;
      if (line.label && !taken.some((y) => Math.abs(y - place) < 13)) {
        taken.push(place);
        c.font = `600 11.5px ${color('sans')}`;
        c.textAlign = 'right';
        c.lineWidth = 4;
        c.strokeStyle = color('panel');
        const text = `${line.label} ${this.format(value)}`, at = [px(end.x) + 6, place];
        c.strokeText(text, ...at);
        c.fillText(text, ...at);
      }
    }
  }
}

/** Round values between low and high, four or so. */
function ticks(low, high, log) {
  const found = [];
  if (log) {
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (const m of high / low > 60 ? [1] : [1, 2, 5]) if (m * 10 ** power >= low && m * 10 ** power <= high) found.push(m * 10 ** power);
    }
    return found;
  }
  const rough = (high - low) / 3, unit = 10 ** Math.floor(Math.log10(rough)), step = unit * [1, 2, 5, 10].find((m) => m * unit >= rough);
  for (let y = Math.ceil(low / step) * step; y <= high + step / 1e6; y += step) found.push(Number(y.toPrecision(6)));
  return found;
}
