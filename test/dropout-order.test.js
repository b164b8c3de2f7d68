// Random values of tensors whose memory is in another order than their elements: drawn in the order that PyTorch draws them in.
const torsh = require('torsh');

const F = torsh.nn.functional;
const turned = () => torsh.ones(8, 5, 4).transpose(0, 1);
const drawn = (fn, x) => { torsh.manualSeed(1); return fn(x); };

test('dropouts and bernoulli follow the elements', () => {
  const cases = [(x) => F.dropout(x, 0.5), (x) => F.alphaDropout(x, 0.5, true), (x) => F.dropout1d(x, 0.5), (x) => torsh.bernoulli(x.mul(0.5))];
  for (const fn of cases) expect(drawn(fn, turned()).equal(drawn(fn, torsh.ones(5, 8, 4)))).toBe(true);
  expect(drawn((x) => F.dropout(x, 0.5), turned()).stride()).toEqual([4, 20, 1]);
});

test('bernoulli_ and randLike follow the memory', () => {
  for (const fn of [(x) => x.bernoulli_(0.5), (x) => torsh.randLike(x)]) {
    expect(drawn(fn, turned()).transpose(0, 1).equal(drawn(fn, torsh.ones(8, 5, 4)))).toBe(true);
  }
});

test('gradients of a dropout of such a tensor', () => {
  const x = turned().contiguous().transpose(0, 2).requiresGrad_();
  const y = drawn((v) => F.dropout(v, 0.25), x);
  y.sum().backward();
  expect(x.grad.equal(y)).toBe(true);
});
