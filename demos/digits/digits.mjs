/** Draws what the worker (training.mjs) tells of its network, and lets it look at what is drawn here. */
import { createWorker } from 'torsh/worker';
import { inkShade, paint, signShade } from '../shared/canvas.mjs';
import { $, element, frame, tellBackend, tellTrouble, transport } from '../shared/page.mjs';
import { bars, drawingPad } from '../shared/pad.mjs';
import { Plot } from '../shared/plot.mjs';

frame('digits', 'Digits: E. Alpaydin, C. Kaynak, <a href="../data/README.md">UCI</a>, CC BY 4.0');

const percent = (v) => `${(100 * v).toFixed(v > 0.9 ? 1 : 0)} %`;
const pictures = (box, count, ...kinds) => Array.from({ length: count }, () => {
  const made = kinds.map((kind) => element('canvas', { class: `pixels ${kind}` }));
  box.append(element('div', {}, ...made));
  return made;
});
const first = pictures($('#first'), 8, 'map', 'kernel'), second = pictures($('#second'), 16, 'map');
const lossPlot = new Plot($('#loss'), { lines: { loss: { color: 'blue', smooth: 0.95 } }, log: true });
const accuracyPlot = new Plot($('#curve'), { lines: { accuracy: { color: 'green' } }, range: [0, 1], format: (v) => `${Math.round(100 * v)} %` });
const showOdds = bars($('#odds'), [...'0123456789']);

let worker = null, looking = false, again = false, looked = 0, sample = 0, shown = null;

/** The network's view of what is in the pad; one question at a time. */
async function look() {
  again = looking;
  const pixels = pad.read();
  if (looking || worker === null || pixels === null) return;
  looking = true;
  looked = performance.now();
  const view = await worker.run('look', pixels).catch(tellTrouble);
  looking = false;
  if (view) draw(view);
  if (again) look();
}

function draw({ first: maps, second: deeper, odds }) {
  const ink = inkShade('ink'), most = (values) => Math.max(1e-6, ...values);
  const part = (values, i, size) => values.subarray(i * size, (i + 1) * size);
  const [high, higher] = [most(maps), most(deeper)];
  first.forEach(([map], i) => { paint(map, part(maps, i, 784), 28, 28, (v) => ink(v / high)); });
  second.forEach(([map], i) => { paint(map, part(deeper, i, 196), 14, 14, (v) => ink(v / higher)); });
  document.body.dataset.read = String(showOdds(odds));
}

const pad = drawingPad($('#pad'), (pixels) => {
  $('.hint').style.visibility = pixels === null ? 'visible' : 'hidden';
  if (pixels !== null) look();
  else nextSample();
});
$('#clear').onclick = () => { pad.clear(); };

/** Until somebody draws, digits of the test take turns. */
function nextSample() {
  if (shown === null || pad.drawn) return;
  pad.show(shown.pixels.subarray(sample * 64, (sample + 1) * 64), shown.large.subarray(sample * 784, (sample + 1) * 784));
  sample = (sample + 1) % shown.labels.length;
  look();
}
setInterval(() => { if (!document.hidden) nextSample(); }, 2600);

let captions = [];
function showDigits({ large, labels }) {
  const ink = inkShade('ink', 'panel');
  captions = Array.from(labels, (label, i) => {
    const canvas = element('canvas', { class: 'pixels' }), caption = element('figcaption', {}, '·');
    paint(canvas, large.subarray(784 * i, 784 * (i + 1)), 28, 28, ink);
    const figure = element('figure', {}, canvas, caption);
    $('#shown').append(figure);
    return { figure, caption, label };
  });
}

function progress({ step, losses, rate, kernels, accuracy, read }) {
  losses.forEach((loss, i) => { lossPlot.add('loss', step - losses.length + i + 1, loss); });
  $('#steps').textContent = step.toLocaleString('en');
  if (losses.length > 1) $('#rate').textContent = Math.round(rate).toLocaleString('en');
  const shade = signShade(Math.max(...kernels.map(Math.abs)));
  first.forEach(([, kernel], i) => { paint(kernel, kernels.subarray(25 * i, 25 * i + 25), 5, 5, shade); });
  if (accuracy !== undefined) {
    accuracyPlot.add('accuracy', step, accuracy);
    $('#accuracy').textContent = percent(accuracy);
    document.body.dataset.accuracy = accuracy.toFixed(3);
    captions.forEach(({ figure, caption, label }, i) => {
      caption.textContent = read[i];
      figure.classList.toggle('wrong', read[i] !== label);
    });
  }
  document.body.dataset.step = String(step);
  if (performance.now() - looked > 120) look();
}

let seed = 0;
const control = transport($('#controls'), () => {
  lossPlot.clear();
  accuracyPlot.clear();
  return worker.run('train', { lr: Number($('#lr').value), seed: seed++ }, { onProgress: progress });
});
$('#lr').onchange = () => { control.send({ lr: Number($('#lr').value) }); };

try {
  worker = await createWorker({ module: new URL('./training.mjs', import.meta.url) });
  tellBackend(worker.backend);
  worker.closed.then((why) => { tellTrouble(`The worker has ended: ${why}`); });
  shown = await worker.run('prepare');
  showDigits(shown);
  await control.restart({ running: true });
  nextSample();
} catch (error) {
  tellTrouble(error);
}
