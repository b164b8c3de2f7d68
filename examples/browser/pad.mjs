/** A field to draw a digit in, which gives it in the form of the UCI digits. */

const GRID = 32, CELL = 4;

/** Calls onDraw(pixels: 64 values of 0 to 16, or null when the field is empty) whenever the drawing changes. */
export function drawingPad(canvas, color, onDraw) {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.lineCap = context.lineJoin = 'round';
  context.lineWidth = canvas.width / 9;
  let drawing = false;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * (canvas.width / box.width), (event.clientY - box.top) * (canvas.height / box.height)];
  };
  canvas.addEventListener('pointerdown', (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    context.strokeStyle = color();
    context.beginPath();
    context.moveTo(...at(event));
    context.lineTo(...at(event));
    context.stroke();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!drawing) return;
    context.lineTo(...at(event));
    context.stroke();
    onDraw(read());
  });
  for (const type of ['pointerup', 'pointercancel']) {
    canvas.addEventListener(type, () => {
      drawing = false;
      onDraw(read());
    });
  }

  /** As the digits were made: fitted into 32x32 black or white points, then counted in cells of 4x4. */
  function read() {
    const { width, height } = canvas;
    const { data } = context.getImageData(0, 0, width, height);
    const inked = (x, y) => x >= 0 && y >= 0 && x < width && y < height && data[4 * (y * width + x) + 3] > 127;
    let left = width, right = -1, top = height, bottom = -1;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!inked(x, y)) continue;
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
    }
    if (right < 0) return null;
    const scale = Math.max(right - left + 1, bottom - top + 1) / GRID;
    const [middleX, middleY] = [(left + right + 1) / 2, (top + bottom + 1) / 2];
    const pixels = new Uint8Array((GRID / CELL) ** 2);
    for (let y = 0; y < GRID; y++) {
      for (let x = 0; x < GRID; x++) {
        const [fromX, fromY] = [x, y].map((v) => (v + 0.5 - GRID / 2) * scale);
        if (inked(Math.floor(middleX + fromX), Math.floor(middleY + fromY))) pixels[Math.floor(y / CELL) * (GRID / CELL) + Math.floor(x / CELL)]++;
      }
    }
    return pixels;
  }

  return {
    read,
    clear() {
      context.clearRect(0, 0, canvas.width, canvas.height);
      onDraw(null);
    },
  };
}
