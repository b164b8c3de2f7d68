/** Drawing: canvases as sharp as the screen, in the colours of the page. */

const dark = matchMedia('(prefers-color-scheme: dark)');
let known = new Map();
dark.addEventListener('change', () => { known = new Map(); });

/** A colour of shared/style.css, by its name. */
export function color(name) {
  if (!known.has(name)) known.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return known.get(name);
}

/** The same as [red, green, blue]. */
export function rgb(name) {
  const hex = color(name).replace('#', ''), full = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex;
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
}

/**
 * Calls draw(context, width, height), in CSS pixels, when the canvas is first seen, has another size, or the page other colours, and soon after each call
 * of the function that it returns: at most once a frame.
 */
export function surface(canvas, draw) {
  let due = false;
  const now = () => {
    due = false;
    const { clientWidth: width, clientHeight: height } = canvas, ratio = Math.min(devicePixelRatio || 1, 2.5);
    if (width === 0 || height === 0) return;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    draw(context, width, height);
  };
  const soon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(now);
  };
  new ResizeObserver(soon).observe(canvas);
  dark.addEventListener('change', soon);
  document.fonts?.ready.then(soon);
  return soon;
}

/** A picture of width x height values as pixels: shade(value) is [red, green, blue, alpha of 255]. */
export function paint(canvas, values, width, height, shade) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d'), image = context.createImageData(width, height), { data } = image;
  for (let i = 0; i < width * height; i++) {
    const [r, g, b, a = 255] = shade(values[i]);
    data[4 * i] = r;
    data[4 * i + 1] = g;
    data[4 * i + 2] = b;
    data[4 * i + 3] = a;
  }
  context.putImageData(image, 0, 0);
}

const mix = (a, b, t) => a.map((v, i) => v + (b[i] - v) * t);

/** Ink on paper: 0 is none. */
export function inkShade(name = 'ink', paper = 'wash') {
  const from = rgb(paper), to = rgb(name);
  return (v) => mix(from, to, Math.min(1, Math.max(0, v)));
}

/** Below zero orange, above it blue, of values up to `most`. */
export function signShade(most = 1, paper = 'panel') {
  const zero = rgb(paper), low = rgb('orange'), high = rgb('blue');
  return (v) => mix(zero, v < 0 ? low : high, Math.min(1, Math.abs(v) / most));
}
