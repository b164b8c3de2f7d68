/** The loss at each step, on a logarithmic scale, with its running mean. */

const MARGIN = { left: 44, right: 10, top: 10, bottom: 24 };
const SMOOTH = 0.06;

/** Draws `losses` of a training that takes `total` steps. */
export function drawLosses(canvas, losses, total) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const style = getComputedStyle(canvas);
  const color = (name) => style.getPropertyValue(name);
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);

  const low = Math.min(0.01, ...losses), high = Math.max(3, ...losses);
  const [bottom, top] = [Math.floor(Math.log10(Math.max(low, 1e-6))), Math.log10(high)];
  const x = (step) => MARGIN.left + (step / Math.max(1, total - 1)) * (width - MARGIN.left - MARGIN.right);
  const y = (loss) => MARGIN.top + ((top - Math.log10(Math.max(loss, 1e-6))) / (top - bottom)) * (height - MARGIN.top - MARGIN.bottom);

  context.font = '12px system-ui, sans-serif';
  context.fillStyle = color('--quiet');
  context.strokeStyle = color('--line');
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let power = bottom; power <= top; power++) {
    const at = Math.round(y(10 ** power)) + 0.5;
    context.fillText(String(Number((10 ** power).toPrecision(1))), MARGIN.left - 8, at);
    context.beginPath();
    context.moveTo(MARGIN.left, at);
    context.lineTo(width - MARGIN.right, at);
    context.stroke();
  }
  context.textBaseline = 'alphabetic';
  context.fillText(`step ${total}`, width - MARGIN.right, height - 6);
  context.textAlign = 'left';
  context.fillText('0', MARGIN.left, height - 6);

  let mean = losses[0];
  const line = (values, width, alpha) => {
    context.strokeStyle = color('--accent');
    context.lineWidth = width;
    context.globalAlpha = alpha;
    context.lineJoin = 'round';
    context.beginPath();
    values.forEach((loss, step) => context.lineTo(x(step), y(loss)));
    context.stroke();
    context.globalAlpha = 1;
  };
  line(losses, 1, 0.3);
  line(losses.map((loss) => (mean += SMOOTH * (loss - mean))), 2, 1);
}
