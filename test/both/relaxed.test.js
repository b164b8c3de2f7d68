// The WebAssembly backend with relaxed SIMD (wasm/relaxed.c) and without, side by side in a process whose engine has it.
const { join } = require('node:path');
const { root, evaluate, run } = require('../support/child');
const { serve, launch, openPage } = require('../support/browser');

const entry = JSON.stringify(join(root, 'dist', 'wasm.cjs'));
const FLAG = '--experimental-wasm-relaxed-simd';

/** A program that has load(wish), an instance of torsh as TORSH_RELAXED_SIMD would have it, and digest(tensor); it prints what `body` returns. */
const program = (body) => `
  require('node:v8').setFlagsFromString('${FLAG}'); // later engines have it without, and ignore the flag
  const load = (wish) => {
    process.env.TORSH_RELAXED_SIMD = wish;
    delete require.cache[require.resolve(${entry})];
    return require(${entry});
  };
  const digest = (t) => require('node:crypto').createHash('md5').update(t.detach().contiguous().toTypedArray()).digest('hex');
  console.log(JSON.stringify((() => { ${body} })()));`;

test('products are the same numbers where nothing has to be rounded: all sizes, strides and edges', async () => {
  const wrong = await evaluate(program(`
    const fused = load('1'), plain = load('0'), wrong = [];
    if (fused.backend.blas !== 'packed (relaxed simd)' || plain.backend.blas !== 'packed (simd128)') return [fused.backend.blas, plain.backend.blas];
    const sizes = [[12, 12, 300], [13, 17, 700], [64, 64, 64], [65, 63, 1030], [97, 130, 513], [300, 1030, 40], [200, 1050, 33], [6, 8, 2000], [35, 8, 200]];
    const all = (torsh, [m, n, k], turned, dtype) => torsh.tidy(() => {
      const numbers = (...shape) => torsh.randint(-8, 9, shape, { generator: new torsh.Generator().manualSeed(shape[0] * 7 + shape[1]) }).to(dtype);
      const a = turned & 1 ? numbers(k, m).t() : numbers(m, k), b = turned & 2 ? numbers(n, k).t() : numbers(k, n), c = numbers(m, n);
      return [a.matmul(b), torsh.addmm(c, a, b, { alpha: 0.5, beta: 2 }), torsh.addmm(c, a, b, { beta: 0 })].map(digest).join();
    });
    for (const size of sizes) for (const turned of [0, 1, 2, 3]) for (const dtype of ['float32', 'float64'])
      if (all(fused, size, turned, dtype) !== all(plain, size, turned, dtype)) wrong.push([size, turned, dtype]);
    return wrong;`));
  expect(wrong).toEqual([]);
});

test('so are convolutions, with and without biases, groups, strides and few channels', async () => {
  const wrong = await evaluate(program(`
    const fused = load('1'), plain = load('0'), wrong = [];
    const shapes = [[3, 64, 7, 20, 2, 1, 3], [64, 100, 1, 14, 1, 1, 0], [64, 65, 3, 20, 1, 1, 1], [12, 24, 3, 17, 1, 3, 1], [8, 1, 3, 20, 1, 1, 1], [5, 13, 5, 19, 2, 1, 2], [3, 8, 3, 3, 1, 1, 1]];
    const all = (torsh, [channels, out, kernel, size, stride, groups, padding], dtype, biased) => torsh.tidy(() => {
      const numbers = (...shape) => torsh.randint(-4, 5, shape, { generator: new torsh.Generator().manualSeed(shape[0] * 7 + shape[1]) }).to(dtype);
      const x = numbers(2, channels, size, size).requiresGrad_(), w = numbers(out, channels / groups, kernel, kernel).requiresGrad_();
      const y = torsh.nn.functional.conv2d(x, w, biased ? numbers(out, 1).reshape([out]) : null, { stride, groups, padding });
      y.sum().backward();
      return [y, x.grad, w.grad].map(digest).join();
    });
    for (const shape of shapes) for (const dtype of ['float32', 'float64']) for (const biased of [true, false])
      if (all(fused, shape, dtype, biased) !== all(plain, shape, dtype, biased)) wrong.push([shape, dtype, biased]);
    return wrong;`));
  expect(wrong).toEqual([]);
});

test('else they are near what float64 gives, whoever computes them; NaN and infinities go their way', async () => {
  const got = await evaluate(program(`
    const torsh = load('1'), plain = load('0');
    const error = (of) => { of.manualSeed(1); const a = of.randn([150, 700]), b = of.randn([700, 90]), exact = a.double().matmul(b.double()); return a.matmul(b).double().sub(exact).abs().max().div(exact.abs().max()).item(); };
    const a = torsh.rand([320, 320]), by = (threads) => { torsh.setNumThreads(threads); return a.matmul(a); };
    const one = by(1);
    let alike = true;
    for (let i = 0; i < 30; i++) alike &&= by(2).equal(one);
    const special = torsh.matmul(torsh.full([40, 40], Infinity), torsh.eye(40)), nan = torsh.matmul(torsh.full([40, 50], NaN), torsh.zeros([50, 40]));
    return { fused: error(torsh), plain: error(plain), alike, special: special.isnan().all().item(), nan: nan.isnan().all().item() };`));
  expect(got).toMatchObject({ alike: true, special: true, nan: true });
  expect(got.fused).toBeLessThan(1e-6);
  expect(got.plain).toBeLessThan(1e-6);
  expect(got.fused).not.toBe(got.plain);
});

test('an engine that does not take it does without; other wishes are refused', async () => {
  const blas = await evaluate(program(`
    const Module = WebAssembly.Module;
    WebAssembly.Module = class extends Module { constructor(bytes) { if (bytes.byteLength < 1e5) throw new WebAssembly.CompileError('no'); super(bytes); } };
    const torsh = load('1');
    return [torsh.backend.blas, torsh.ones([50, 50]).matmul(torsh.ones([50, 50])).sum().item()];`));
  expect(blas).toEqual(['packed (simd128)', 125000]);
  const { code, stderr } = await run(process.execPath, ['-e', `require(${entry})`], { env: { TORSH_RELAXED_SIMD: 'yes' } });
  expect(code).not.toBe(0);
  expect(stderr).toContain("TORSH_RELAXED_SIMD is 'yes', expected 0 or 1");
});

(process.env.TORSH_NO_BROWSER ? test.skip : test)('a page has it where the browser does, unless init() is told otherwise', async () => {
  const browser = await launch(), server = await serve(root, { extra: { '/page.html': '<!doctype html><link rel="icon" href="data:,"><title>relaxed</title>' } });
  try {
    const blas = async (relaxedSimd) => {
      const problems = [], page = await openPage(browser, problems);
      await page.goto(`${server.url}/page.html`);
      const got = await page.evaluate(async (wish) => {
        const { init } = await import('/dist/web.mjs');
        const torsh = await init({ relaxedSimd: wish ?? undefined });
        return [torsh.backend.blas, torsh.ones([50, 50]).matmul(torsh.ones([50, 50])).sum().item()];
      }, relaxedSimd);
      expect(problems).toEqual([]);
      return got;
    };
    expect(await blas(false)).toEqual(['packed (simd128)', 125000]);
    expect(await blas(true)).toEqual(['packed (relaxed simd)', 125000]);
    expect((await blas(null))[1]).toBe(125000);
  } finally {
    await server.close();
    await browser.close();
  }
});
