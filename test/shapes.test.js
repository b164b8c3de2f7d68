// What the op table's samples do not reach: forms of einsum and tensordot, settings and limits of dtypes, memory that is
// resized or read as another dtype, memory formats, elements through callbacks, subscripts that change nothing on error.
const torsh = require('torsh');
const { scoped } = require('./support/scoped');

const codeOf = (f) => {
  try {
    f();
  } catch (error) {
    return error instanceof torsh.TorshError ? error.code : error;
  }
  return null;
};
const x = () => torsh.arange(6, { dtype: 'float32' }).reshape(2, 3);

describe('einsum', () => {
  test('takes lists of subscripts instead of letters', scoped(() => {
    const product = x().mm(x().T).tolist();
    expect(torsh.einsum(x(), [0, 1], x(), [2, 1], [0, 2]).tolist()).toEqual(product);
    expect(torsh.einsum(x(), [51, 7], x(), [2, 7], [51, 2]).tolist()).toEqual(product);
    expect(torsh.einsum(x(), ['...', 1], ['...']).tolist()).toEqual([3, 12]);
    expect(torsh.einsum(x(), [1, 0]).tolist()).toEqual(x().T.tolist());
    expect(codeOf(() => torsh.einsum(x(), [0, 52]))).toBe('ERR_ARGUMENT');
    expect(codeOf(() => torsh.einsum(x(), [0, 1], x()))).toBe('ERR_ARGUMENT');
  }));

  test('takes operands spread or in an array', scoped(() => {
    expect(torsh.einsum('ij,ij->', [x(), x()]).item()).toBe(55);
    expect(torsh.einsum('ij,ij->', x(), x()).item()).toBe(55);
  }));

  test('agrees with any order of contraction, few operands or many', scoped(() => {
    torsh.manualSeed(0);
    const chain = (n) => Array.from({ length: n }, (_, k) => torsh.randn(2 + (k % 3), 2 + ((k + 1) % 3), { dtype: 'float64' }));
    for (const n of [3, 7, 12, 20]) {
      const list = chain(n);
      const letters = 'abcdefghijklmnopqrstuvwxyz';
      const equation = `${list.map((_, k) => letters.slice(k, k + 2)).join(',')}->${letters[0]}${letters[n]}`;
      const want = list.reduce((a, b) => a.mm(b));
      expect(torsh.allclose(torsh.einsum(equation, ...list), want)).toBe(true);
    }
    const hub = Array.from({ length: 10 }, () => torsh.randn(3, { dtype: 'float64' }));
    expect(torsh.allclose(torsh.einsum(`${hub.map(() => 'a').join(',')}->a`, ...hub), hub.reduce((a, b) => a.mul(b)))).toBe(true);
  }));

  test('gives a view where nothing is computed', scoped(() => {
    const a = x();
    expect(torsh.einsum('ij->ji', a).isSharedStorageWith(a)).toBe(true);
  }));
});

test('tensordot takes a number, a pair of lists, options and tensors', scoped(() => {
  const want = x().mm(x().T).tolist();
  expect(torsh.tensordot(x(), x(), [[1], [1]]).tolist()).toEqual(want);
  expect(torsh.tensordot(x(), x(), { dims: [[1], [1]] }).tolist()).toEqual(want);
  expect(torsh.tensordot(x(), x().T, 1).tolist()).toEqual(want);
  expect(torsh.tensordot(x(), x().T, torsh.tensor(1n)).tolist()).toEqual(want);
  expect(torsh.tensordot(x(), x()).item()).toBe(55);
  const out = torsh.empty(2, 2);
  expect(torsh.tensordot(x(), x(), [[1], [1]], { out })).toBe(out);
  expect(out.tolist()).toEqual(want);
}));

describe('dtypes', () => {
  test('the default one is what numbers become', scoped(() => {
    expect(codeOf(() => torsh.setDefaultDtype('int32'))).toBe('ERR_DTYPE');
    torsh.setDefaultDtype('float64');
    try {
      expect(torsh.getDefaultDtype()).toBe('float64');
      const made = [torsh.tensor([1, 2]), torsh.zeros(2), torsh.full([2], 3), torsh.rand(2), torsh.arange(0, 1, 0.5), torsh.eye(2), torsh.tensor([1n]).div(2), torsh.tensor([1n]).mul(0.5), torsh.tensor([1n]).exp()];
      expect(made.map((t) => t.dtype)).toEqual(made.map(() => 'float64'));
      expect(torsh.tensor([1, 2]).at([0, 1]).tolist()).toEqual([1, 2]);
      expect(String(torsh.tensor([1.5]))).toBe('tensor([1.5000])');
    } finally {
      torsh.setDefaultDtype('float32');
    }
    expect(torsh.tensor([1, 2]).dtype).toBe('float32');
  }));

  test('promote as in PyTorch', scoped(() => {
    const bytes = torsh.tensor([1], { dtype: 'uint8' });
    expect(torsh.resultType(bytes, 2.5)).toBe('float32');
    expect(torsh.resultType(bytes, torsh.tensor(1n))).toBe('uint8');
    expect(torsh.resultType(1, 2)).toBe('int64');
    expect(torsh.promoteTypes('int32', 'float16')).toBe('float16');
    expect(torsh.promoteTypes('uint8', 'int8')).toBe('int16');
    expect([torsh.canCast('int64', 'float32'), torsh.canCast('float32', 'int64')]).toEqual([true, false]);
    expect(codeOf(() => torsh.promoteTypes('int32', 'text'))).toBe('ERR_ARGUMENT');
  }));

  test('have limits', () => {
    expect(torsh.finfo('float32').eps).toBe(2 ** -23);
    expect(torsh.finfo('float64').max).toBe(Number.MAX_VALUE);
    expect(torsh.finfo('float16')).toMatchObject({ bits: 16, max: 65504, tiny: 2 ** -14, smallestNormal: 2 ** -14 });
    expect(torsh.finfo()).toEqual(torsh.finfo('float32'));
    expect(torsh.iinfo('int8')).toEqual({ dtype: 'int8', bits: 8, min: -128, max: 127 });
    expect(torsh.iinfo('int64').max).toBe(2n ** 63n - 1n);
    expect([codeOf(() => torsh.finfo('int32')), codeOf(() => torsh.iinfo('bool'))]).toEqual(['ERR_DTYPE', 'ERR_DTYPE']);
  });
});

describe('memory', () => {
  test('resize_ keeps what is there and grows by zeros, for all tensors on it', scoped(() => {
    const t = torsh.tensor([1, 2, 3]);
    const tail = t.at('1:');
    expect(t.resize_(2, 3).tolist()).toEqual([[1, 2, 3], [0, 0, 0]]);
    tail.fill_(5);
    expect(t.tolist()).toEqual([[1, 5, 5], [0, 0, 0]]);
    expect(t.resize_(2).tolist()).toEqual([1, 5]);
    expect(t.resizeAs_(torsh.ones(1, 1)).shape).toEqual([1, 1]);
    expect(codeOf(() => torsh.ones(2, { requiresGrad: true }).resize_(3))).toBe('ERR_AUTOGRAD');
  }));

  test('view(dtype) reads the same bytes', scoped(() => {
    const t = torsh.ones(2, 4);
    expect(t.view('int32').at(0, 0).item()).toBe(0x3f800000);
    expect(t.view('uint8').shape).toEqual([2, 16]);
    t.view('int16').zero_();
    expect(t.sum().item()).toBe(0);
    expect(codeOf(() => t.T.view('float64'))).toBe('ERR_SHAPE');
    expect(codeOf(() => torsh.ones(2, 5).at(':', '1:').view('float64'))).toBe('ERR_SHAPE');
  }));

  test('set_ and isSetTo', scoped(() => {
    const a = torsh.arange(6), b = torsh.zeros(1, { dtype: 'int64' });
    expect(b.set_(a).isSetTo(a)).toBe(true);
    expect(b.set_(a, 1, [2, 2]).tolist()).toEqual([[1, 2], [3, 4]]);
    expect(b.isSetTo(a)).toBe(false);
    expect(codeOf(() => torsh.zeros(1).set_(a))).toBe('ERR_DTYPE');
  }));

  test('formats are orders of strides', scoped(() => {
    const t = torsh.rand(2, 3, 4, 5);
    const last = t.contiguous({ memoryFormat: 'channels_last' });
    expect(last.stride()).toEqual([60, 1, 15, 3]);
    expect(last.tolist()).toEqual(t.tolist());
    expect([last.isContiguous(), last.isContiguous({ memoryFormat: 'channels_last' }), t.isContiguous({ memoryFormat: 'channels_last' })]).toEqual([false, true, false]);
    expect(last.to({ memoryFormat: 'channels_last' })).toBe(last);
    expect(last.clone().stride()).toEqual([60, 1, 15, 3]);
    expect(t.to('float64', { memoryFormat: 'channels_last' }).stride()).toEqual([60, 1, 15, 3]);
    expect(torsh.rand(1, 2, 3, 4, 5).clone({ memoryFormat: 'channels_last_3d' }).stride()).toEqual([120, 1, 40, 10, 2]);
    expect(codeOf(() => torsh.rand(2).contiguous({ memoryFormat: 'channels_last' }))).toBe('ERR_SHAPE');
  }));
});

test('apply_, map_ and map2_ run elements through a function', scoped(() => {
  const t = torsh.tensor([1, 2, 3]);
  expect(t.apply_((v) => v * 2).tolist()).toEqual([2, 4, 6]);
  expect(t.map_(torsh.tensor([10]), (a, b) => a + b).tolist()).toEqual([12, 14, 16]);
  expect(t.map2_(torsh.ones(3), torsh.ones(1), (a, b, c) => a - b - c).tolist()).toEqual([10, 12, 14]);
  expect(torsh.tensor([1, 2], { dtype: 'float16' }).apply_((v) => v / 4).tolist()).toEqual([0.25, 0.5]);
  expect(() => t.apply_(() => { throw new Error('mine'); })).toThrow('mine');
  expect(codeOf(() => t.apply_(() => 'text'))).toBe('ERR_ARGUMENT');
  expect(t.tolist()).toEqual([10, 12, 14]);
  expect(codeOf(() => torsh.ones(1, { requiresGrad: true }).apply_((v) => v))).toBe('ERR_AUTOGRAD');
}));

test('detach_ leaves the graph in place', scoped(() => {
  const w = torsh.ones(3, { requiresGrad: true });
  const y = w.mul(2);
  y.detach_();
  expect([y.isLeaf, y.requiresGrad, y.gradFn]).toEqual([true, false, null]);
  expect(codeOf(() => w.mul(2).at(0).detach_())).toBe('ERR_AUTOGRAD');
}));

test('asTensor, asarray and scalarTensor', scoped(() => {
  const t = x();
  expect(torsh.asTensor(t)).toBe(t);
  expect(torsh.asTensor(t, 'int64').dtype).toBe('int64');
  expect(torsh.asTensor([1n, 2n]).dtype).toBe('int64');
  expect(torsh.asarray(t, { copy: true })).not.toBe(t);
  expect(codeOf(() => torsh.asarray([1], { copy: false }))).toBe('ERR_ARGUMENT');
  expect(torsh.scalarTensor(3)).toMatchObject({ shape: [], dtype: 'float32' });
  expect(t.newTensor([1n, 2n]).dtype).toBe('float32');
}));

test('broadcastShapes', () => {
  expect(torsh.broadcastShapes([2, 1], [3], 1)).toEqual([2, 3]);
  expect(torsh.broadcastShapes()).toEqual([]);
  expect(codeOf(() => torsh.broadcastShapes([2], [3]))).toBe('ERR_SHAPE');
});

test('questions about tensors', scoped(() => {
  const t = x();
  expect([torsh.numel(t), torsh.isFloatingPoint(t), torsh.isComplex(t), torsh.isSigned(t.to('uint8')), torsh.isSameSize(t, t.T), torsh.isNonzero(torsh.tensor(2))]).toEqual([6, true, false, false, false, true]);
  expect([codeOf(() => torsh.isNonzero(t)), codeOf(() => torsh.isNonzero(torsh.empty(0)))]).toEqual(['ERR_ARGUMENT', 'ERR_ARGUMENT']);
  torsh.useDeterministicAlgorithms(true, { warnOnly: true });
  expect([torsh.areDeterministicAlgorithmsEnabled(), torsh.isDeterministicAlgorithmsWarnOnlyEnabled()]).toEqual([true, true]);
  torsh.useDeterministicAlgorithms(false);
  expect(torsh.areDeterministicAlgorithmsEnabled()).toBe(false);
}));

describe('subscripts', () => {
  test('are checked before anything is written', scoped(() => {
    const t = x(), before = t.tolist();
    const bad = [[[0, 5]], [[[0, 1], [0, 1, 1]]], ['::0'], ['::-1'], [0, 0, 0], ['...', '...'], [torsh.ones(3).bool()], [torsh.ones(1)], [0.5]];
    for (const index of bad) expect([codeOf(() => t.setAt(index, 9)), codeOf(() => t.at(...index))].every((code) => String(code).startsWith('ERR_'))).toBe(true);
    expect(codeOf(() => t.setAt([0], torsh.ones(2)))).toBe('ERR_SHAPE');
    expect(codeOf(() => t.setAt(['2:'], torsh.ones(2)))).toBe('ERR_SHAPE');
    expect(t.tolist()).toEqual(before);
  }));

  test('separated by slices put their dims in front', scoped(() => {
    const t = torsh.rand(3, 4, 5);
    expect(t.at([0, 1], ':', [2, 3]).shape).toEqual([2, 4]);
    expect(t.at(':', [0, 1], [2, 3]).shape).toEqual([3, 2]);
    expect(t.at([0, 1], null, [2, 3]).shape).toEqual([2, 1, 5]);
    expect(t.at(t.gt(2), null).shape).toEqual([0, 1]);
    expect(t.at(true, '...', 0).shape).toEqual([1, 3, 4]);
    expect(t.at([]).shape).toEqual([0, 4, 5]);
  }));
});
