// Recurrent networks and sequences of different lengths. Numbers against PyTorch are in golden-modules.
const torsh = require('torsh');
const { values, difference } = require('../support/numbers');
const { scoped } = require('../support/scoped');

const { nn } = torsh;
const { rnn } = nn.utils;
const close = (a, b) => expect(difference(values(a), values(b), 1e-6)).toBe(null);

test('names, printing and counts of parameters', scoped(() => {
  const lstm = new nn.LSTM(3, 4, 2, { bidirectional: true, projSize: 2, bias: false });
  expect([...lstm.namedParameters()].map(([name]) => name)).toEqual(['l0', 'l0_reverse', 'l1', 'l1_reverse'].flatMap((s) => [`weight_ih_${s}`, `weight_hh_${s}`, `weight_hr_${s}`]));
  expect(lstm.weight_ih_l1.shape).toEqual([16, 4]);
  expect(String(lstm)).toBe('LSTM(3, 4, proj_size=2, num_layers=2, bias=False, bidirectional=True)');
  expect(String(new nn.RNNCell(2, 3, { nonlinearity: 'relu' }))).toBe('RNNCell(2, 3, nonlinearity=relu)');
  expect(lstm.allWeights.map((list) => list.length)).toEqual([3, 3, 3, 3]);
}));

for (const name of ['RNN', 'GRU', 'LSTM']) {
  test(`${name}: a packed sequence gives what each sample gives alone`, scoped(() => {
    const net = new nn[name](2, 3, 2, { bidirectional: true });
    const x = torsh.randn(5, 3, 2);
    const lengths = [3, 5, 1];
    const packed = rnn.packPaddedSequence(x, lengths, { enforceSorted: false });
    const [out, state] = net(packed);
    const [padded, again] = rnn.padPackedSequence(out);
    expect(again.tolist()).toEqual(lengths);
    const h = name === 'LSTM' ? state[0] : state;
    lengths.forEach((n, b) => {
      const [alone, last] = net(x.narrow(0, 0, n).select(1, b));
      close(padded.select(1, b).narrow(0, 0, n), alone);
      close(h.select(1, b), name === 'LSTM' ? last[0] : last);
    });
  }));

  test(`${name}: layers are cells, step by step`, scoped(() => {
    const net = new nn[name](2, 3);
    const cell = new nn[`${name}Cell`](2, 3);
    for (const part of ['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh']) torsh.noGrad(() => cell[part].copy_(net[`${part}_l0`]));
    const x = torsh.randn(4, 2, 2).requiresGrad_(true);
    const [out] = net(x);
    let state = null;
    const steps = [...x].map((step) => {
      state = cell(step, state);
      return name === 'LSTM' ? state[0] : state;
    });
    close(out, torsh.stack(steps));
    const grads = (y) => torsh.autograd.grad(y.square().sum(), [x], { retainGraph: true })[0];
    close(grads(out), grads(torsh.stack(steps)));
  }));
}

test('refused inputs say what is wrong', scoped(() => {
  const gru = new nn.GRU(2, 3);
  expect(() => gru(torsh.ones(4, 1, 5))).toThrow('input.size(-1) must be equal to input_size. Expected 2, got 5');
  expect(() => gru(torsh.ones(4, 1, 2), torsh.ones(2, 1, 3))).toThrow('Expected hidden[0] size (1, 1, 3), got [2, 1, 3]');
  expect(() => gru(torsh.ones(4))).toThrow('Expected input to be 2-D or 3-D but received 1-D tensor');
  expect(() => new nn.LSTM(2, 3, { projSize: 3 })).toThrow('proj_size has to be smaller than hidden_size');
  expect(() => rnn.packPaddedSequence(torsh.ones(3, 2, 1), [1, 3])).toThrow('must be sorted in decreasing order');
  expect(() => rnn.packPaddedSequence(torsh.ones(3, 2, 1), [3, 0])).toThrow('greater than 0');
}));

test('sequences are padded, packed and taken apart again', scoped(() => {
  const list = [torsh.ones(2), torsh.ones(3).mul(2)];
  expect(rnn.padSequence(list, true, 9).tolist()).toEqual([[1, 1, 9], [2, 2, 2]]);
  const packed = rnn.packSequence(list, { enforceSorted: false });
  expect([packed.data.tolist(), packed.batchSizes.tolist(), packed.sortedIndices.tolist()]).toEqual([[2, 1, 2, 1, 2], [2, 2, 1], [1, 0]]);
  expect(rnn.unpackSequence(packed).map((s) => s.tolist())).toEqual([[1, 1], [2, 2, 2]]);
  expect(rnn.padPackedSequence(packed, { batchFirst: true, totalLength: 4 })[0].tolist()).toEqual([[1, 1, 0, 0], [2, 2, 2, 0]]);
}));

test('dropout lies between the layers, in training only', scoped(() => {
  const net = new nn.LSTM(2, 3, 2, { dropout: 0.5 });
  const x = torsh.randn(3, 1, 2);
  expect(difference(values(net(x)[0]), values(net(x)[0]), 0)).not.toBe(null);
  net.eval();
  close(net(x)[0], net(x)[0]);
}));

test('a batch of nothing gives outputs of nothing and gradients of zero', scoped(() => {
  for (const kind of ['RNN', 'LSTM', 'GRU']) {
    torsh.manualSeed(1);
    const net = new nn[kind](4, 3, 2, { bidirectional: true, dropout: 0.5, batchFirst: kind === 'GRU' });
    const before = torsh.getRngState();
    const [y, state] = net(torsh.zeros(kind === 'GRU' ? [0, 5, 4] : [5, 0, 4]));
    expect([y.shape, [state].flat()[0].shape]).toEqual([kind === 'GRU' ? [0, 5, 6] : [5, 0, 6], [4, 0, 3]]);
    expect(torsh.getRngState().equal(before)).toBe(true);
    y.sum().backward();
    expect(net.weight_ih_l0.grad.abs().sum().item()).toBe(0);
  }
  expect(() => new nn.GRU(4, 3)(torsh.zeros(0, 2, 4))).toThrow('Expected sequence length to be larger than 0 in RNN');
}));
