// The demos in a real Chromium, at the size of a desk and of a phone: each is drawn on, trains, and is looked at.
const { mkdtempSync, rmSync } = require('node:fs');
const { request } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const torsh = require('torsh');
const { PATIENCE, launch, longestTask, root, serve } = require('../support/browser');

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;
const desk = { viewport: { width: 1280, height: 900 } }, phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: 'dark' };

let browser, server, tools;
beforeAll(async () => {
  tools = await import('../../tools/demos.mjs');
  server = await tools.serveDemos();
  if (!process.env.TORSH_NO_BROWSER) browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens a demo, lets `drive(page, data)` use it, and looks at what holds for all of them. data(): what the page says of its training. */
async function demo(path, options, drive, base = server.url) {
  const context = await browser.newContext(options), page = await context.newPage(), problems = [];
  context.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (entry) => { if (entry.type() === 'error') problems.push(entry.text()); });
  const data = () => page.evaluate(() => ({ ...globalThis.document.body.dataset }));
  try {
    await page.goto(`${base}${path}`);
    await page.waitForFunction(() => Number(globalThis.document.body.dataset.step) > 0).catch((error) => problems.push(error.message));
    expect(problems).toEqual([]);
    // The worker trains; no task of the page takes long.
    expect(await longestTask(browser, page, () => drive(page, data))).toBeLessThan(50);
    expect(problems).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth - globalThis.innerWidth)).toBeLessThanOrEqual(0);
  } finally {
    await context.close();
  }
}
const until = (page, condition, argument) => page.waitForFunction(condition, argument);

/** Draws a line through points from 0 to 1 of the pad. */
async function draw(page, points) {
  await page.locator('#pad').scrollIntoViewIfNeeded();
  const box = await page.locator('#pad').boundingBox(), at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points) await page.mouse.move(...at(point), { steps: 3 });
  await page.mouse.up();
}
const circle = Array.from({ length: 25 }, (_, i) => [0.5 + 0.22 * Math.sin(i / 4), 0.5 - 0.32 * Math.cos(i / 4)]);
const reads = (page, what) => until(page, (what) => globalThis.document.body.dataset.read === what, what);

/** How many colours a canvas has. */
const colours = (page, selector) => page.evaluate((selector) => {
  const canvas = globalThis.document.querySelector(selector), { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}, selector);

/** Resolves when the worker has heard what the page had for it, and the page what came of that: it has answered twice, as the first may be to an earlier question. */
async function heard(page) {
  for (let i = 0; i < 2; i++) {
    await page.evaluate(() => { delete globalThis.document.body.dataset.read; });
    await page.locator('#clear').click();
    await until(page, () => globalThis.document.body.dataset.read !== undefined);
  }
}

/** Takes a paused training on from `step`; resolves to the step that it then tells of. It tells 80 ms after the last time at the earliest. */
async function stepOn(page, step) {
  await page.waitForTimeout(100);
  await page.locator('#step').click();
  await until(page, (step) => Number(globalThis.document.body.dataset.step) > step, step);
  return page.evaluate(() => Number(globalThis.document.body.dataset.step));
}

const digits = async (page, data) => {
  await until(page, () => Number(globalThis.document.body.dataset.accuracy) > 0.85);
  await page.locator('#play').click();
  await heard(page);
  // The first shows how far it has come, the second takes it on by one.
  const told = await stepOn(page, Number((await data()).step));
  expect(await stepOn(page, told)).toBe(told + 1);
  await draw(page, [[0.52, 0.18], [0.48, 0.84]]);
  await reads(page, '1');
  await page.locator('#clear').click();
  await draw(page, circle);
  await reads(page, '0');
  for (const canvas of ['#loss', '#curve', '.map', '.kernel']) expect(await colours(page, canvas)).toBeGreaterThan(5);
  await page.locator('#reset').click();
  await until(page, () => Number(globalThis.document.body.dataset.step) === 0);
};
runs('digits: a network learns to read, and reads what is drawn', () => demo('/digits/', desk, digits));

runs('playground: layers and data can be changed, and the plane is bent', () => demo('/playground/', phone, async (page, data) => {
  const first = await data();
  await page.locator('#pace').selectOption('60');
  // Paused, so that nothing that an earlier network has learned is taken for what the last does.
  await page.locator('#play').tap();
  await page.locator('#sets button[title="circle"]').tap();
  await page.locator('#more').tap();
  await page.getByLabel('A neuron more in layer 1').tap();
  expect(await page.locator('#hidden').textContent()).toBe('3 hidden layers, 14 neurons');
  expect(await page.locator('.column .unit').count()).toBe(2 + 14);
  await until(page, () => globalThis.document.body.dataset.step === '0');
  await page.locator('#play').tap();
  await until(page, (loss) => {
    const now = globalThis.document.body.dataset;
    return Number(now.right) > 0.95 && Number(now.step) > 60 && Number(now.loss) < loss;
  }, Number(first.loss));
  // Blue in the middle, orange around.
  const [middle, side] = await page.evaluate(() => {
    const canvas = globalThis.document.querySelector('#surface'), at = (x, y) => [...canvas.getContext('2d').getImageData(x * canvas.width, y * canvas.height, 1, 1).data];
    return [at(0.5, 0.5), at(0.12, 0.5)];
  });
  expect(middle[2]).toBeGreaterThan(middle[0]);
  expect(side[0]).toBeGreaterThan(side[2]);
  await page.locator('#fewer').tap();
  expect(await page.locator('#hidden').textContent()).toBe('2 hidden layers, 11 neurons');
}));

runs('text: a GPT learns from what is pasted, and writes it', () => demo('/gpt/', phone, async (page) => {
  await page.locator('#play').click();
  await page.locator('#size').selectOption('tiny');
  await page.locator('#text').fill('too short');
  await page.locator('#use').click();
  expect(await page.locator('#about').textContent()).toMatch(/too short/);
  await page.locator('#text').fill('the cat sat on the mat. '.repeat(60));
  await page.locator('#use').click();
  await until(page, () => Number(globalThis.document.body.dataset.loss) < 0.8 && Number(globalThis.document.body.dataset.step) > 60);
  await until(page, () => /cat|sat|mat/.test(globalThis.document.querySelector('#paper .now p').textContent));
  expect(await page.locator('#model').textContent()).toMatch(/^1 block, .* 11 characters$/);
}));

runs('transfer: the file of Node goes on learning here, and back to Node', () => demo('/transfer/', phone, async (page) => {
  expect(await page.locator('#file').textContent()).toMatch(/trained in Node.*There it read (\d\d\.\d %) of the test digits; here, \1\.$/);
  // It learns the symbols, and has its digits when it has settled.
  await until(page, () => Number(globalThis.document.body.dataset.own) > 0.9 && Number(globalThis.document.body.dataset.digits) > 0.93);
  await draw(page, [[0.5, 0.15], [0.87, 0.8], [0.14, 0.8], [0.5, 0.15]]);
  await reads(page, '▲');
  const before = await page.locator('.class').nth(2).locator('canvas').count();
  await page.getByTitle('What I have drawn is a ▲').click();
  expect(await page.locator('.class').nth(2).locator('canvas').count()).toBe(before + 1);
  await draw(page, circle);
  await reads(page, '0');
  await page.locator('#another').click();
  expect(await page.locator('.class').count()).toBe(4);
  await until(page, () => globalThis.document.body.dataset.symbols === '4');
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
  const state = torsh.load(await download.path().then((path) => require('node:fs').readFileSync(path)));
  expect([Object.keys(state).length, state['head.weight'].shape, state['head.bias'].dtype]).toEqual([8, [14, 48], 'float32']);
}));

runs('as files on any server, under a path, they run on one thread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'torsh-demos-'));
  const plain = await serve(folder);
  try {
    expect(await tools.buildDemos(join(folder, 'some/path'))).toBeLessThan(8e6);
    await demo('/some/path/digits/index.html', phone, async (page) => {
      await until(page, () => Number(globalThis.document.body.dataset.accuracy) > 0.8);
      await draw(page, [[0.52, 0.18], [0.48, 0.84]]);
      await reads(page, '1');
      expect(await page.locator('#backend').textContent()).toMatch(/one thread/);
    }, plain.url);
    await expect(tools.buildDemos(root)).rejects.toThrow(/no earlier build/);
  } finally {
    await plain.close();
    rmSync(folder, { recursive: true });
  }
});

/** A request with the address as it is written: clients would tidy it. */
const ask = (path, method = 'GET') => new Promise((resolve, reject) => {
  request(`${server.url}/`, { path, method }, (response) => {
    let text = '';
    response.on('data', (part) => { text += part; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
  }).on('error', reject).end();
});

test('the server gives its pages with the headers for threads, and nothing else', async () => {
  const page = await ask('/digits/');
  expect([page.status, page.headers['content-type'], page.headers['cross-origin-opener-policy'], page.headers['cross-origin-embedder-policy']]).toEqual([200, 'text/html; charset=utf-8', 'same-origin', 'require-corp']);
  expect((await ask('/digits?x=1')).headers.location).toBe('/digits/?x=1');
  expect((await ask('/torsh/web.mjs')).headers['content-type']).toMatch(/javascript/);
  for (const path of ['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '/torsh/../../package.json', '/torsh/..%2f..%2fpackage.json', '/digits/..%5c..%5cpackage.json', '//etc/passwd', '/%00', '/%', '/torsh/%2e%2e/%2e%2e/%2e%2e/etc/passwd', '/data/shakespeare.txt.gz/../../../package.json', '/none']) {
    const { status, text } = await ask(path);
    expect([path, status >= 400, /"name"|root:/.test(text)]).toEqual([path, true, false]);
  }
  expect((await ask('/digits/', 'POST')).status).toBe(405);
  expect(await ask('/digits/', 'HEAD')).toMatchObject({ status: 200, text: '' });
});
