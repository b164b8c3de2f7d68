/** Fetches the file that was trained in Node, and lets the worker (training.mjs) go on with it. */
import { createWorker, transfer } from 'torsh/worker';
import { $, element, frame, tellBackend, tellTrouble, transport } from '../shared/page.mjs';
import { bars, drawingPad, Paper } from '../shared/pad.mjs';
import { Plot } from '../shared/plot.mjs';
import { sketch, symbols as given } from './symbols.mjs';

frame('transfer', 'Digits: E. Alpaydin, C. Kaynak, <a href="../data/README.md">UCI</a>, CC BY 4.0');

const READY = 4, MOST = 6, marks = ['♥', '★', '▲', '◆', '☾', '✿'];
const percent = (v) => `${(100 * v).toFixed(1)} %`;
const lossPlot = new Plot($('#loss'), { lines: { loss: { color: 'blue', smooth: 0.9 } }, log: true });
const accuracyPlot = new Plot($('#curve'), { lines: { digits: { color: 'green', label: 'digits' }, own: { color: 'orange', label: 'symbols' } }, range: [0, 1], format: (v) => `${Math.round(100 * v)} %` });

/** [{ mark, drawings: [Float32Array of 64], row }] */
const classes = [];
let worker = null, showOdds = null, asking = false, again = false, seed = 0;

async function read() {
  again = asking;
  const pixels = pad.read();
  if (asking || worker === null || pixels === null) return;
  asking = true;
  const odds = await worker.run('read', pixels).catch(tellTrouble);
  asking = false;
  if (odds) {
    const names = [...'0123456789', ...classes.map(({ mark }) => mark)];
    // A symbol that was just added has no row yet.
    while (odds.length < names.length) odds.push(0);
    const best = showOdds(odds.slice(0, names.length));
    document.body.dataset.read = names[best];
  }
  if (again) read();
}
const pad = drawingPad($('#pad'), (pixels) => {
  for (const button of document.querySelectorAll('#classes button')) button.disabled = pixels === null;
  $('.hint').style.visibility = pixels === null ? 'visible' : 'hidden';
  if (pixels !== null) read();
  else nextSketch();
});
$('#clear').onclick = () => { pad.clear(); };

const paper = new Paper(), kinds = Object.values(given);
/** A symbol as somebody might draw it. */
function draw(lines) {
  paper.sketch(sketch(lines));
  return paper.read();
}
/** Until somebody draws, sketches take turns. */
let turn = 0;
function nextSketch() {
  if (pad.drawn) return;
  pad.sketch(sketch(kinds[turn++ % kinds.length]));
  read();
}
setInterval(() => { if (!document.hidden) nextSketch(); }, 2600);

function thumbnail(box, fine) {
  const margin = fine.width / 8, side = fine.width + 2 * margin, canvas = element('canvas', { class: 'thumbnail', width: side, height: side });
  canvas.getContext('2d').drawImage(fine, margin, margin);
  box.append(canvas);
}

/** A drawing is an example of a class from here on, and is learned; `fine` is how it looks. */
function add(symbol, pixels, fine) {
  const { drawings, row } = classes[symbol];
  drawings.push(pixels);
  thumbnail(row.lastChild, fine);
}

function addClass(mark) {
  const symbol = classes.length, button = element('button', { type: 'button', title: `What I have drawn is a ${mark}` }, mark);
  const row = element('div', { class: 'class' }, button, element('div', { class: 'drawings' }));
  button.disabled = true;
  button.onclick = () => {
    const pixels = pad.read();
    if (pixels === null) return;
    add(symbol, pixels, pad.fine);
    pad.clear();
    if (control.active) control.send({ pixels, symbol });
    else control.restart({ running: true, anew: false });
  };
  classes.push({ mark, drawings: [], row });
  $('#classes').append(row);
  $('#odds').replaceChildren();
  showOdds = bars($('#odds'), [...'0123456789', ...classes.map((c) => c.mark)]);
  $('#another').hidden = classes.length === MOST;
}
$('#another').onclick = async () => {
  addClass(marks[classes.length]);
  await control.restart({ anew: false });
};

function progress({ step, loss, digits, own, symbols }) {
  if (Number.isFinite(loss)) lossPlot.add('loss', step, loss);
  $('#steps').textContent = step.toLocaleString('en');
  if (digits !== undefined) {
    accuracyPlot.add('digits', step, digits);
    $('#digits').textContent = percent(digits);
    if (own !== null) {
      accuracyPlot.add('own', step, own);
      $('#own').textContent = percent(own);
    }
    Object.assign(document.body.dataset, { step, symbols, digits: digits.toFixed(3), own: (own ?? 0).toFixed(3) });
  }
  read();
}

const control = transport($('#controls'), (anew) => {
  lossPlot.clear();
  accuracyPlot.clear();
  const drawings = classes.flatMap(({ drawings }, symbol) => drawings.map((pixels) => ({ pixels, symbol })));
  return worker.run('train', { drawings, symbols: classes.length, anew, seed: seed++ }, { onProgress: progress });
});

$('#save').onclick = async () => {
  const bytes = await worker.run('save'), url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  element('a', { href: url, download: 'symbols.safetensors' }).click();
  setTimeout(() => { URL.revokeObjectURL(url); }, 10_000);
};

async function fetchFile() {
  const url = new URL('./digits.safetensors', import.meta.url), response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

try {
  for (const [mark, lines] of Object.entries(given)) {
    addClass(mark);
    for (let i = 0; i < READY; i++) add(classes.length - 1, draw(lines), paper.fine);
  }
  const [made, bytes] = await Promise.all([createWorker({ module: new URL('./training.mjs', import.meta.url) }), fetchFile()]);
  worker = made;
  tellBackend(worker.backend);
  worker.closed.then((why) => { tellTrouble(`The worker has ended: ${why}`); });
  const size = bytes.length, { metadata, weights, accuracy } = await worker.run('load', transfer(bytes));
  $('#file').textContent = `digits.safetensors, ${Math.round(size / 1000)} kB: ${weights.toLocaleString('en')} weights, trained ${metadata.trained}. There it read ${percent(Number(metadata.accuracy))} of the test digits; here, ${percent(accuracy)}.`;
  $('#digits').textContent = percent(accuracy);
  document.body.dataset.loaded = accuracy.toFixed(3);
  await control.restart({ running: true });
  nextSketch();
} catch (error) {
  tellTrouble(error);
}
