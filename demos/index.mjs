/** The pictures of the cards. */
import { color, rgb, surface } from './shared/canvas.mjs';
import { loadDigits, SIDE } from './shared/digits.mjs';
import { picture } from './shared/pad.mjs';
import { frame, tellTrouble } from './shared/page.mjs';
import { points, REACH } from './playground/points.mjs';
import { symbols } from './transfer/symbols.mjs';

frame(null);

let pictures = null;

const drawings = {
  /** Digits in rows, some of them read. */
  digits(c, width, height) {
    if (pictures === null) return;
    const across = 8, size = width / across, down = Math.ceil(height / size);
    c.imageSmoothingQuality = 'high';
    for (let i = 0; i < across * down; i++) {
      c.globalAlpha = 0.25 + 0.75 * (i / (across * down));
      const x = (i % across) * size, y = Math.floor(i / across) * size + (height - down * size) / 2;
      c.drawImage(picture(pictures.pixels.subarray(SIDE * SIDE * i, SIDE * SIDE * (i + 1)), SIDE), x + size / 8, y + size / 8, (size * 3) / 4, (size * 3) / 4);
    }
    c.globalAlpha = 1;
  },
  /** A spiral and what surrounds it. */
  playground(c, width, height) {
    const side = Math.max(width, height), at = ([x, y]) => [width / 2 + (x / REACH) * side * 0.44, height / 2 - (y / REACH) * side * 0.44];
    for (let y = 0; y < height; y += 3) {
      for (let x = 0; x < width; x += 3) {
        const [u, v] = [(x - width / 2) / (side * 0.44) * REACH, (height / 2 - y) / (side * 0.44) * REACH], r = Math.hypot(u, v);
        const phase = Math.cos(Math.atan2(v, u) - (1.75 * 2 * Math.PI * (r - 0.4)) / 5);
        c.fillStyle = `rgb(${rgb(phase < 0 ? 'blue' : 'orange').join(' ')} / ${0.35 * Math.min(1, Math.abs(phase) * 2.5)})`;
        c.fillRect(x, y, 3, 3);
      }
    }
    const { x, y } = points('spiral', { count: 150, noise: 0.03 });
    y.forEach((kind, i) => {
      c.beginPath();
      c.arc(...at([x[2 * i], x[2 * i + 1]]), 3, 0, 7);
      c.fillStyle = color(kind === 1 ? 'blue' : 'orange');
      c.fill();
      c.lineWidth = 1;
      c.strokeStyle = color('panel');
      c.stroke();
    });
  },
  /** Noise that turns into words. */
  gpt(c, width, height) {
    const lines = ['xq$ vE;oRk?tz wJ&b-', 'e thau nosd; wer tis', 'the kan of shy heart,', 'the king of thy heart', 'The king of my heart'];
    c.textBaseline = 'middle';
    c.textAlign = 'center';
    const step = height / (lines.length + 1);
    lines.forEach((line, i) => {
      c.font = `${i === lines.length - 1 ? 600 : 400} ${Math.min(width / 13, step * 0.62)}px ${color('serif')}`;
      c.fillStyle = color('ink');
      c.globalAlpha = 0.2 + 0.8 * (i / (lines.length - 1)) ** 1.4;
      c.fillText(line, width / 2, step * (i + 1));
    });
    c.globalAlpha = 1;
  },
  /** Symbols, drawn by hand. */
  transfer(c, width, height) {
    const size = Math.min(width / 3.3, height * 0.62);
    c.lineCap = c.lineJoin = 'round';
    c.lineWidth = size / 11;
    Object.values(symbols).forEach((lines, i) => {
      c.strokeStyle = color(['orange', 'ink', 'blue'][i]);
      for (const line of lines) {
        c.beginPath();
        for (const [x, y] of line) c.lineTo(width / 2 + (i - 1) * size * 1.04 + (x - 0.5) * size, height / 2 + (y - 0.5) * size);
        c.closePath();
        c.stroke();
      }
    });
  },
};

const redraw = Array.from(document.querySelectorAll('canvas[data-picture]'), (canvas) => surface(canvas, drawings[canvas.dataset.picture]));
loadDigits().then(({ test }) => {
  pictures = test;
  redraw.forEach((draw) => { draw(); });
}).catch(tellTrouble);
