/**
 * Trains the digits network in a page and shows how it goes. Serve the repository's root with any static server and open
 * examples/browser/digits.html. When it is done, window.torshResult is { accuracy, losses }, or { error }.
 */
import torsh from '../../dist/torsh.web.mjs';
import { uciSet } from '../lib/digit-set.mjs';
import { accuracy, predict, train } from '../lib/digits-net.mjs';
import { drawLosses } from './loss-chart.mjs';
import { drawingPad } from './pad.mjs';

const settings = { seed: 0, epochs: 12, batchSize: 32, lr: 0.003 };
const SHOWN = 30;

const $ = (id) => document.getElementById(id);
const cssColor = (name) => getComputedStyle(document.body).getPropertyValue(name);
let model = null, losses = [], total = 1;

async function loadDigits() {
  const url = new URL('../data/digits.csv.gz', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some servers announce a .gz file as encoded, and the browser has then unzipped it.
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = zipped ? new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text() : new TextDecoder().decode(bytes);
  return uciSet(await text, 'digits.csv.gz');
}

function paintDigit(canvas, pixels, { height, width, ink }) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  context.fillStyle = cssColor('--text');
  for (let i = 0; i < height * width; i++) {
    context.globalAlpha = pixels[i] / ink;
    context.fillRect(i % width, Math.floor(i / width), 1, 1);
  }
}

/** Some test digits with what the network reads in them, mistakes first. */
function showDigits(set, digits) {
  const { pixels, labels } = set.test;
  const size = set.height * set.width;
  const order = [...digits.keys()].sort((a, b) => (digits[a] === labels[a]) - (digits[b] === labels[b]) || a - b);
  $('digits').replaceChildren(...order.slice(0, SHOWN).map((i) => {
    const [figure, canvas, caption] = ['figure', 'canvas', 'figcaption'].map((tag) => document.createElement(tag));
    paintDigit(canvas, pixels.subarray(i * size, (i + 1) * size), set);
    const right = digits[i] === labels[i];
    figure.classList.toggle('wrong', !right);
    caption.textContent = right ? digits[i] : `${digits[i]} (is ${labels[i]})`;
    figure.append(canvas, caption);
    return figure;
  }));
}

function showOdds(set, pixels) {
  const odds = pixels && model
    ? torsh.noGrad(() => torsh.tidy(() => model(torsh.tensor(pixels, { dtype: 'float32' }).div(set.ink).reshape(1, 1, 8, 8)).softmax(1).at(0).tolist()))
    : new Array(10).fill(0);
  const best = Math.max(...odds);
  $('odds').replaceChildren(...odds.map((share, digit) => {
    const item = document.createElement('li');
    item.textContent = digit;
    item.style.setProperty('--share', share);
    item.classList.toggle('best', share > 0 && share === best);
    return item;
  }));
}

async function run(set, pad) {
  losses = [];
  const begin = performance.now();
  let painting = false;
  $('again').disabled = true;
  $('accuracy').textContent = '–';
  const paint = () => {
    painting = false;
    drawLosses($('loss'), losses, total);
    $('now').textContent = losses.at(-1)?.toFixed(4) ?? '–';
    $('time').textContent = `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  };
  const trained = await train(torsh, set, {
    ...settings,
    onStep({ epoch, steps, loss }) {
      total = steps * settings.epochs;
      losses.push(loss);
      $('status').textContent = `epoch ${epoch} of ${settings.epochs}`;
      if (!painting) requestAnimationFrame(paint);
      painting = true;
    },
    onEpoch() {},
  });
  paint();
  const digits = predict(torsh, trained, set, set.test);
  trained.eval();
  model = trained;
  const share = accuracy(digits, set.test.labels);
  $('accuracy').textContent = `${(100 * share).toFixed(1)} %`;
  $('status').textContent = `${losses.length} steps on ${set.train.count} digits`;
  showDigits(set, digits);
  showOdds(set, pad.read());
  $('again').disabled = false;
  return { accuracy: share, losses };
}

try {
  const set = await loadDigits();
  const pad = drawingPad($('pad'), () => cssColor('--text'), (pixels) => showOdds(set, pixels));
  $('clear').addEventListener('click', () => pad.clear());
  showOdds(set, null);
  addEventListener('resize', () => { if (losses.length > 0) drawLosses($('loss'), losses, total); });
  $('again').addEventListener('click', async () => {
    settings.seed++;
    window.torshResult = await run(set, pad);
  });
  window.torshResult = await run(set, pad);
} catch (error) {
  $('status').textContent = error.message;
  $('status').classList.add('error');
  window.torshResult = { error: String(error.message ?? error) };
  throw error;
}
