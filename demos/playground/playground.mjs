/** The network as a drawing that can be changed; what its neurons see comes from the worker (training.mjs). */
import { createWorker } from 'torsh/worker';
import { color, paint, rgb, signShade, surface } from '../shared/canvas.mjs';
import { $, element, frame, tellBackend, tellTrouble, transport } from '../shared/page.mjs';
import { Plot } from '../shared/plot.mjs';
import { names, points, REACH } from './points.mjs';

frame('playground', 'After <a href="https://playground.tensorflow.org">A Neural Network Playground</a> by D. Smilkov and S. Carter');

const GRID = 40, FINE = 80, MOST_LAYERS = 5, MOST_NEURONS = 8;
const state = { set: 'moons', noise: 0.1, layers: [6, 4], seed: 0, sets: null, view: null };
const lossPlot = new Plot($('#loss'), { lines: { train: { color: 'ink' }, test: { color: 'orange', label: 'test' } }, range: [0, 0.7], format: (y) => y.toFixed(y < 0.1 ? 3 : 2) });

const makeData = () => {
  const { noise, seed } = state;
  state.sets = { train: points(state.set, { noise, seed: 2 * seed + 1 }), test: points(state.set, { noise, seed: 2 * seed + 2 }) };
  drawPoints();
};

function dots(context, { x, y }, width, radius, edge = null) {
  for (let i = 0; i < y.length; i++) {
    context.beginPath();
    context.arc(((x[2 * i] + REACH) / (2 * REACH)) * width, ((REACH - x[2 * i + 1]) / (2 * REACH)) * width, radius, 0, 7);
    context.fillStyle = color(y[i] === 1 ? 'blue' : 'orange');
    context.fill();
    if (edge) {
      context.lineWidth = 1.2;
      context.strokeStyle = edge;
      context.stroke();
    }
  }
}
const drawPoints = surface($('#points'), (context, width) => { if (state.sets) dots(context, state.sets.train, width, Math.max(2.4, width / 90), color('panel')); });

for (const name of names) {
  const canvas = element('canvas'), button = element('button', { type: 'button', role: 'radio', title: name, 'aria-label': name, 'aria-checked': String(name === state.set) }, canvas);
  const sample = points(name, { count: 140, noise: 0.04 });
  surface(canvas, (context, width) => { dots(context, sample, width, 1.6); });
  button.onclick = () => {
    state.set = name;
    for (const other of $('#sets').children) other.setAttribute('aria-checked', String(other === button));
    makeData();
    control.restart();
  };
  $('#sets').append(button);
}

/* The network: a column of neurons for each layer, and lines between them. */
let columns = [];

function build() {
  const graph = $('#graph'), links = $('#links');
  const plural = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;
  $('#hidden').textContent = `${plural(state.layers.length, 'hidden layer')}, ${plural(state.layers.reduce((a, b) => a + b, 0), 'neuron')}`;
  $('#fewer').disabled = state.layers.length === 1;
  $('#more').disabled = state.layers.length === MOST_LAYERS;
  const unit = (title) => element('canvas', { class: 'unit', title, width: GRID, height: GRID });
  const inputs = [unit('the first coordinate'), unit('the second coordinate')];
  columns = [inputs];
  const made = [element('div', { class: 'column inputs' }, element('span', { class: 'name' }, 'x, y'), ...inputs)];
  state.layers.forEach((size, layer) => {
    const change = (by, text, label) => {
      const button = element('button', { type: 'button', 'aria-label': `${label} in layer ${layer + 1}` }, text);
      button.disabled = size + by < 1 || size + by > MOST_NEURONS;
      button.onclick = () => { reshape(state.layers.map((n, i) => (i === layer ? n + by : n))); };
      return button;
    };
    const units = Array.from({ length: size }, (_, i) => unit(`neuron ${i + 1} of layer ${layer + 1}`));
    columns.push(units);
    made.push(element('div', { class: 'column' }, element('div', { class: 'count' }, change(-1, '−', 'A neuron less'), change(1, '+', 'A neuron more')), ...units));
  });
  graph.replaceChildren(links, ...made, element('div', { class: 'end' }));
  const shade = signShade(1, 'panel'), coordinate = (f) => Float32Array.from({ length: GRID * GRID }, (_, i) => f(i % GRID, Math.floor(i / GRID)) / (GRID / 2) - 1);
  paint(inputs[0], coordinate((x) => x), GRID, GRID, shade);
  paint(inputs[1], coordinate((x, y) => GRID - y), GRID, GRID, shade);
}

function reshape(layers) {
  state.layers = layers;
  state.view = null;
  build();
  control.restart();
}
$('#fewer').onclick = () => { reshape(state.layers.slice(0, -1)); };
$('#more').onclick = () => { reshape([...state.layers, Math.max(2, state.layers.at(-1) - 1)]); };

const drawLinks = surface($('#links'), (context, width) => {
  const box = $('#links').getBoundingClientRect();
  const at = (canvas, side) => {
    const r = canvas.getBoundingClientRect();
    return [(side === 'out' ? r.right + 2 : r.left - 2) - box.left, r.top + r.height / 2 - box.top];
  };
  const [blue, orange] = [rgb('blue'), rgb('orange')];
  const line = (from, to, weight) => {
    const size = Math.min(1, Math.abs(weight) / 2.5), half = (to[0] - from[0]) / 2;
    context.strokeStyle = `rgb(${(weight < 0 ? orange : blue).join(' ')} / ${0.16 + 0.7 * size})`;
    context.lineWidth = 0.7 + 4.3 * size;
    context.beginPath();
    context.moveTo(...from);
    context.bezierCurveTo(from[0] + half, from[1], to[0] - half, to[1], ...to);
    context.stroke();
  };
  columns.forEach((units, layer) => {
    const next = columns[layer + 1], weights = state.view?.weights[layer];
    if (next) next.forEach((to, j) => { units.forEach((from, i) => { line(at(from, 'out'), at(to, 'in'), weights ? weights[j * units.length + i] : 0); }); });
    else units.forEach((from, i) => { line(at(from, 'out'), [width - 1, Math.min(box.height / 2, 168)], weights ? weights[i] : 0); });
  });
});

function progress(view) {
  state.view = view;
  const { step, pictures, trainLoss, testLoss, right } = view, shade = signShade(127, 'panel'), table = Array.from({ length: 256 }, (_, v) => shade(v - 128));
  const size = GRID * GRID;
  state.layers.forEach((count, layer) => {
    for (let i = 0; i < count; i++) paint(columns[layer + 1][i], pictures[layer].subarray(i * size, (i + 1) * size), GRID, GRID, (v) => table[v]);
  });
  const light = signShade(127 / 0.62, 'panel');
  paint($('#surface'), pictures.at(-1), FINE, FINE, (v) => light(v - 128));
  drawLinks();
  lossPlot.add('train', step, trainLoss);
  lossPlot.add('test', step, testLoss);
  $('#steps').textContent = step.toLocaleString('en');
  $('#trainLoss').textContent = trainLoss.toFixed(3);
  $('#testLoss').textContent = testLoss.toFixed(3);
  $('#accuracy').textContent = `${Math.round(100 * right)} % of the test points are right`;
  Object.assign(document.body.dataset, { step, loss: testLoss.toFixed(4), right: right.toFixed(3) });
}

let worker = null;
const settings = () => ({ lr: Number($('#lr').value), decay: Number($('#decay').value), pace: Number($('#pace').value) });
const control = transport($('#controls'), () => {
  lossPlot.clear();
  const { layers } = state;
  // What the one before has still to tell is of another network.
  const onProgress = (view) => { if (layers === state.layers) progress(view); };
  return worker.run('train', { ...settings(), layers, activation: $('#activation').value, seed: state.seed++, ...state.sets }, { onProgress });
});
$('#lr').onchange = $('#decay').onchange = $('#pace').onchange = () => { control.send(settings()); };
$('#activation').onchange = () => { control.restart(); };
$('#noise').oninput = () => {
  state.noise = Number($('#noise').value) / 100;
  makeData();
};
$('#noise').onchange = () => { control.restart(); };

build();
makeData();
try {
  worker = await createWorker({ module: new URL('./training.mjs', import.meta.url), threads: 1 });
  tellBackend(worker.backend);
  worker.closed.then((why) => { tellTrouble(`The worker has ended: ${why}`); });
  await control.restart({ running: true });
} catch (error) {
  tellTrouble(error);
}
