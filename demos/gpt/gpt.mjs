/** Shows what the worker (training.mjs) writes while it learns. */
import { createWorker } from 'torsh/worker';
import { $, element, frame, tellBackend, tellTrouble, transport } from '../shared/page.mjs';
import { bars } from '../shared/pad.mjs';
import { Plot } from '../shared/plot.mjs';

frame('gpt', 'Text: Shakespeare, in the public domain');

const MOST_SAMPLES = 30, LEAST = 400, MOST = 2_000_000;
const lossPlot = new Plot($('#loss'), { lines: { loss: { color: 'blue', smooth: 0.9 }, unseen: { color: 'orange', label: 'unseen' } }, format: (y) => y.toFixed(1) });
const showNext = bars($('#next'), Array.from({ length: 6 }, () => ''));
const visible = (c) => ({ ' ': '␣', '\n': '↵', '\t': '⇥' })[c] ?? c;

let worker = null, text = '', seed = 0, now = null;

/** Samples from the newest to the oldest. */
function begin(step) {
  now?.section.classList.remove('now');
  const title = element('h3', {}, `step ${step.toLocaleString('en')}`), body = element('p'), section = element('section', { class: 'now' }, title, body);
  now = { section, title, body };
  const paper = $('#paper');
  paper.prepend(section);
  while (paper.children.length > MOST_SAMPLES) paper.lastChild.remove();
  paper.scrollTop = 0;
}

let rate = null;
function progress({ step, loss, letters, next, begins, rate: speed, unseen, parameters, characters, config }) {
  if (parameters) {
    $('#model').textContent = `${config.layers} block${config.layers === 1 ? '' : 's'}, ${parameters.toLocaleString('en')} weights, ${characters} characters`;
    return;
  }
  if (now === null || begins) begin(step);
  now.body.append(letters);
  now.title.replaceChildren(`step ${step.toLocaleString('en')}`, element('small', {}, `loss ${loss.toFixed(2)}`));
  lossPlot.add('loss', step, loss);
  if (unseen !== undefined) lossPlot.add('unseen', step, unseen);
  showNext(Object.assign(next.map(([, p]) => p), { length: 6 }).map((p) => p ?? 0));
  next.forEach(([c], i) => { $('#next').children[i].firstChild.textContent = visible(c); });
  rate = rate === null ? speed : 0.9 * rate + 0.1 * speed;
  $('#steps').textContent = step.toLocaleString('en');
  $('#rate').textContent = Math.round(rate).toLocaleString('en');
  $('#nats').textContent = (lossPlot.lines.loss.mean ?? loss).toFixed(2);
  Object.assign(document.body.dataset, { step, loss: lossPlot.lines.loss.mean.toFixed(3) });
}

const temperature = () => Number($('#temperature').value) / 100;
const control = transport($('#controls'), () => {
  lossPlot.clear();
  rate = null;
  now = null;
  $('#paper').replaceChildren();
  return worker.run('train', { text, size: $('#size').value, temperature: temperature(), seed: seed++ }, { onProgress: progress });
});
$('#temperature').oninput = () => { control.send({ temperature: temperature() }); };
$('#size').onchange = () => { control.restart(); };

function use(given) {
  const short = given.length < LEAST;
  $('#about').textContent = short ? `too short: it takes ${LEAST} characters` : `${Math.min(given.length, MOST).toLocaleString('en')} characters`;
  if (!short) text = given.slice(0, MOST);
  return !short;
}
$('#use').onclick = () => { if (use($('#text').value)) control.restart({ running: true }); };

async function shakespeare() {
  const url = new URL('../data/shakespeare.txt.gz', import.meta.url), response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname}: ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some servers announce a .gz file as encoded, and the browser has then unzipped it.
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return new Response(zipped ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')) : bytes).text();
}

try {
  const [made, given] = await Promise.all([createWorker({ module: new URL('./training.mjs', import.meta.url) }), shakespeare()]);
  worker = made;
  tellBackend(worker.backend);
  worker.closed.then((why) => { tellTrouble(`The worker has ended: ${why}`); });
  // The page shows a part: laying out all of it would keep it busy.
  const shown = given.slice(0, 60_000);
  $('#text').value = shown;
  use(shown);
  await control.restart({ running: true });
} catch (error) {
  tellTrouble(error);
}
