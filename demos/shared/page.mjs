/** The frame of every demo: its bar, its foot, and the buttons that drive a training. */

const demos = [['digits', 'Digits'], ['playground', 'Playground'], ['gpt', 'Text'], ['transfer', 'Transfer']];

export const $ = (selector, from = document) => from.querySelector(selector);

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && typeof value !== 'string') made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Adds the bar, and in the foot the sources that are given. */
export function frame(here, ...sources) {
  const up = here === null ? './' : '../';
  const nav = element('nav', { 'aria-label': 'Demos' }, ...demos.map(([folder, title]) => element('a', { href: `${up}${folder}/`, ...(folder === here ? { 'aria-current': 'page' } : {}) }, title)));
  document.body.prepend(element('header', { class: 'bar' }, element('a', { class: 'brand', href: up }, 'torsh'), nav));
  document.body.append(element('footer', {}, element('span', { id: 'backend' }, 'Nothing leaves your computer.'), ...sources.map((html) => Object.assign(element('span'), { innerHTML: html }))));
}

/** Says what computes. */
export function tellBackend({ name, threads, simd }) {
  const kind = name === 'wasm' ? 'WebAssembly' : name;
  $('#backend').textContent = `Computed here, by ${kind} with ${simd || 'no SIMD'}, on ${threads === 1 ? 'one thread' : `${threads} threads`} of a worker. Nothing leaves your computer.`;
}

/** Shows an error where the figures are, instead of a blank page. */
export function tellTrouble(error) {
  console.error(error);
  const stage = $('.stage');
  $('.trouble')?.remove();
  stage.prepend(element('p', { class: 'panel trouble', role: 'alert' }, String(error?.message ?? error)));
}

const icons = {
  play: 'M7 4.5v15l12.5-7.5z', pause: 'M6.5 5h4v14h-4zM13.5 5h4v14h-4z', step: 'M5 5v14l10-7zM16.5 5h3v14h-3z',
  reset: 'M12 5V1.8L6.8 6 12 10.2V7a5.5 5.5 0 1 1-5.5 5.5h-2A7.5 7.5 0 1 0 12 5z',
};
const icon = (name) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icons[name]}"/></svg>`;

/**
 * Play and pause, single steps, reset. `begin(anew)` starts a training and returns its job (see torsh/worker); anew is false when one that has ended is to go
 * on. A page that nobody looks at waits.
 */
export function transport(container, begin) {
  const button = (kind, title) => Object.assign(element('button', { type: 'button', class: kind === 'play' ? 'play' : 'icon', id: kind, title, 'aria-label': title }), { innerHTML: icon(kind) });
  const play = button('play', 'Train'), step = button('step', 'One step'), reset = button('reset', 'Start anew');
  container.prepend(play, step, reset);
  const state = { job: null, running: false, turn: 0, ended: null };
  const show = () => {
    play.innerHTML = icon(state.running ? 'pause' : 'play');
    play.title = state.running ? 'Pause' : 'Train';
    play.setAttribute('aria-label', play.title);
    play.setAttribute('aria-pressed', String(state.running));
  };
  const run = (on) => {
    state.running = on;
    if (on && !document.hidden) state.job?.resume();
    else state.job?.pause();
    show();
  };
  const restart = async ({ running = state.running, anew = true } = {}) => {
    const before = state.job, turn = ++state.turn;
    state.job = null;
    before?.stop();
    // One at a time, and of several wishes the last.
    state.ended = Promise.allSettled([state.ended, before]);
    await state.ended;
    if (turn !== state.turn) return;
    try {
      const job = state.job = begin(anew);
      job.then(() => { if (state.job === job) finished(); }, tellTrouble);
      run(running);
    } catch (error) {
      tellTrouble(error);
    }
  };
  const finished = () => {
    state.job = null;
    state.running = false;
    show();
  };
  play.onclick = () => (state.job === null ? restart({ running: true, anew: false }) : run(!state.running));
  step.onclick = async () => {
    if (state.job === null) await restart({ running: false, anew: false });
    state.running = false;
    state.job?.step();
    show();
  };
  reset.onclick = () => restart();
  document.addEventListener('visibilitychange', () => { if (state.running) run(true); });
  show();
  return { restart, send: (message) => { state.job?.send(message); }, get active() { return state.job !== null; } };
}
