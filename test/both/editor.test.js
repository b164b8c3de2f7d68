// What an editor shows over torsh's names: what they do, shapes, and where PyTorch documents them.
const { mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { root, scratch } = require('../support/package');
const { edit } = require('../support/editor');

const place = scratch('editor');
let editor;

beforeAll(async () => {
  mkdirSync(join(place.folder, 'node_modules'));
  symlinkSync(root, join(place.folder, 'node_modules', 'torsh'));
  writeFileSync(join(place.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext', strict: true, target: 'es2022', lib: ['es2022', 'dom', 'esnext.disposable'], types: [] } }));
  editor = await edit(place.folder, 'a.mts', `
    import torsh, { matmul, nn, optim } from 'torsh';
    import { relu } from 'torsh/functional';
    const x = torsh.ones(2, 2);
    torsh.matmul(x, x);
    matmul(x, x);
    x.softmax(1);
    torsh.linalg.svd(x);
    nn.functional.crossEntropy(x, x);
    relu(x);
    new nn.Conv2d(1, 2, 3);
    new nn.LSTM(1, 2);
    new optim.AdamW([], { lr: 1 });
    new optim.lrScheduler.StepLR(new optim.SGD([], { lr: 1 }), 1);
    torsh.noGrad(() => 1);
  `);
});

afterAll(() => {
  editor?.close();
  place.remove();
});

const page = (name) => `https://pytorch.org/docs/stable/generated/torch.${name}.html`;

test.each([
  ['torsh.matmul', /Matrix product .*\(\.\.\., n, m\) by \(\.\.\., m, p\)/, page('matmul')],
  ['x.softmax', /sum|exp/i, page('nn.functional.softmax')],
  ['linalg.svd', /A = U diag\(S\) Vh/, page('linalg.svd')],
  ['functional.crossEntropy', /\(N, C/, page('nn.functional.cross_entropy')],
  ['relu', /max\(input, 0\)/, page('nn.functional.relu')],
  ['nn.Conv2d', /\(N, inChannels, H, W\)/, page('nn.Conv2d')],
  ['nn.LSTM', /gives \[output, \[h_n, c_n\]\]/, page('nn.LSTM')],
  ['optim.AdamW', /weight decay/, page('optim.AdamW')],
  ['lrScheduler.StepLR', /every stepSize epochs/, page('optim.lr_scheduler.StepLR')],
  ['torsh.noGrad', /without recording/, page('no_grad')],
])('%s', async (words, doc, link) => {
  const shown = await editor.hover(words);
  expect(shown).toMatch(doc);
  expect(shown).toContain(link);
});
