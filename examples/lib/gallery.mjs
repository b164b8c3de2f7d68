/** Pictures of digits as text. */
const SHADES = ' ░▒▓█';

/** A picture as lines of text, a pixel being two characters wide; large pictures are halved. */
export function picture(pixels, height, width, ink) {
  if (width > 16) return picture(halved(pixels, height, width), height >> 1, width >> 1, ink);
  return Array.from({ length: height }, (_, row) => Array.from({ length: width }, (_, column) =>
    SHADES[Math.min(SHADES.length - 1, Math.round((pixels[row * width + column] / ink) * (SHADES.length - 1)))].repeat(2)).join(''));
}

function halved(pixels, height, width) {
  const [h, w] = [height >> 1, width >> 1];
  return Array.from({ length: h * w }, (_, i) => {
    const at = 2 * Math.floor(i / w) * width + 2 * (i % w);
    return (pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1]) / 4;
  });
}

/** Digits side by side, as many as fit, each above its captions; digits: [{ pixels, captions }]. */
export function gallery(digits, { height, width, ink }, columns = process.stdout.columns ?? 100) {
  const pictures = digits.map(({ pixels }) => picture(pixels, height, width, ink));
  const cell = Math.max(pictures[0][0].length, ...digits.flatMap(({ captions }) => captions.map((c) => c.length)));
  const shown = Math.max(1, Math.min(digits.length, Math.floor((columns - 2) / (cell + 2))));
  const line = (texts) => `  ${texts.slice(0, shown).map((t) => t.padEnd(cell)).join('  ')}`.trimEnd();
  return [
    ...pictures[0].map((_, row) => line(pictures.map((p) => p[row]))),
    ...digits[0].captions.map((_, row) => line(digits.map(({ captions }) => captions[row]))),
  ].join('\n');
}
