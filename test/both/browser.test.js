// The page of examples/browser in a real Chromium: trains on the digits and draws its loss, in under 30 seconds.
const { root, serve, launch, openPage } = require('../support/browser');

const runs = process.env.TORSH_NO_BROWSER ? test.skip : test;

runs('digits.html trains in Chromium and draws its loss', async () => {
  const browser = await launch();
  const server = await serve(root);
  try {
    const problems = [];
    const page = await openPage(browser, problems);
    const started = Date.now();
    await page.goto(`${server.url}/examples/browser/digits.html`);
    await page.waitForFunction(() => globalThis.torshResult !== undefined, null, { timeout: 30000 }).catch((error) => problems.push(error.message));
    expect(problems).toEqual([]);
    const result = await page.evaluate(() => globalThis.torshResult);
    expect(Date.now() - started).toBeLessThan(30000);
    expect(result.accuracy).toBeGreaterThan(0.95);
    // Something is drawn: the canvas has more than one colour, over more than a few pixels.
    const drawn = await page.evaluate(() => {
      const canvas = globalThis.document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Map();
      for (let i = 0; i < data.length; i += 4) {
        const key = `${data[i]},${data[i + 1]},${data[i + 2]},${data[i + 3]}`;
        colours.set(key, (colours.get(key) ?? 0) + 1);
      }
      return { colours: colours.size, rest: canvas.width * canvas.height - Math.max(...colours.values()) };
    });
    expect(drawn.colours).toBeGreaterThan(1);
    expect(drawn.rest).toBeGreaterThan(200);
  } finally {
    await browser.close();
    await server.close();
  }
}, 60000);
