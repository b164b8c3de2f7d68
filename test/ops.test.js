// Every row of the op table on its own samples: gradients in float64, non-contiguous, empty and 0-d inputs, the in-place
// and out= variants against the plain one, refused inputs.
const torsh = require('torsh');
const {
  rows, canCast, isDifferentiable, isDifferentiableRow, isTensorSpec, isUninitialised, isAboutLayout, isRandom, changesSelf, build, ontoMatrices, callRow, variants, trailing, namespace,
  tensorsOf,
} = require('./support/rows');
const { gradcheck, gradgradcheck } = require('./support/gradcheck');
const { values, nmse, difference } = require('./support/numbers');
const { scoped } = require('./support/scoped');

/** Runs a sample; random rows start from the same seed each time. */
function call(row, built, how = callRow) {
  torsh.manualSeed(7);
  return how(row, torsh, built);
}


/** Same dtypes, shapes, and (to rounding) numbers. */
function expectSame(row, got, want, what) {
  const [a, b] = [tensorsOf(torsh, got), tensorsOf(torsh, want)];
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} tensors instead of ${b.length}`);
  a.forEach((x, i) => {
    const y = b[i];
    if (x.dtype !== y.dtype || String(x.shape) !== String(y.shape)) throw new Error(`${what}: ${x.dtype}[${x.shape}] instead of ${y.dtype}[${y.shape}]`);
    if (isUninitialised(row)) return;
    const error = nmse(values(x), values(y));
    const allowed = { float64: 1e-24, float16: 1e-5, bfloat16: 1e-4 }[x.dtype] ?? 1e-12;
    if (!(error <= allowed)) throw new Error(`${what}: normalised squared error ${error}; ${difference(values(x), values(y), 0)}`);
  });
  if (a.length === 0) expect(got).toEqual(want);
}

/** The differentiable function that a sample is, over its differentiable tensors, all others fixed. */
function asFunction(row, sample, how) {
  const { tensors } = build(torsh, sample, { float: 'float64' });
  const free = tensors.map(({ tensor, spec }) => isDifferentiable(tensor.dtype) && spec.grad !== false);
  const inputs = tensors.filter((_, i) => free[i]).map(({ tensor }) => tensor);
  const f = (list) => {
    // Built anew, then the free tensors are replaced in place of their twins.
    const built = build(torsh, sample, { float: 'float64' });
    let k = 0;
    const replaced = new Map(built.tensors.filter((_, i) => free[i]).map(({ tensor, spec }) => [tensor, ontoMatrices(list[k++], spec.matrix)]));
    const put = (v) => (Array.isArray(v) ? v.map(put) : (replaced.get(v) ?? v));
    built.args = built.args.map(put);
    for (const key of Object.keys(built.options)) built.options[key] = put(built.options[key]);
    if (how || changesSelf(row)) built.args[0] = built.args[0].clone();
    return tensorsOf(torsh, call(row, built, how));
  };
  return { f, inputs };
}

/** A composite may give what has no gradient (a comparison, a number); a row with a formula must have one. */
function differentiable(f, inputs, row) {
  if (inputs.length === 0) return false;
  return row.gradient === 'formula' || f(inputs).some((o) => isDifferentiable(o.dtype));
}

const checks = {
  gradcheck(row, sample) {
    const { f, inputs } = asFunction(row, sample);
    if (differentiable(f, inputs, row)) expect(gradcheck(torsh, f, inputs)).toBe(null);
  },

  gradgradcheck(row, sample) {
    const { f, inputs } = asFunction(row, sample);
    if (differentiable(f, inputs, row)) expect(gradgradcheck(torsh, f, inputs)).toBe(null);
  },

  'gradcheck in place'(row, sample) {
    const refused = () => {
      try {
        torsh.noGrad(() => call(row, build(torsh, sample, { float: 'float64' }), (r, ...rest) => variants.inplace(r)(...rest)));
        return false;
      } catch (error) {
        return error instanceof torsh.TorshError; // rightly or not is for the check above to say
      }
    };
    if (refused()) return;
    const how = (r, ...rest) => variants.inplace(r)(...rest);
    const { f, inputs } = asFunction(row, sample, how);
    if (differentiable(f, inputs, row)) expect(gradcheck(torsh, f, inputs)).toBe(null);
  },

  'non-contiguous inputs'(row, sample) {
    const plain = call(row, build(torsh, sample));
    expectSame(row, call(row, build(torsh, sample, { layout: 'strided' })), plain, 'strided inputs');
  },

  'leaves its inputs alone'(row, sample) {
    const built = build(torsh, sample);
    const before = built.tensors.map(({ tensor }) => values(tensor));
    call(row, built);
    built.tensors.forEach(({ tensor }, i) => expect(difference(values(tensor), before[i], 0)).toBe(null));
  },

  'method equals function'(row, sample) {
    expectSame(row, call(row, build(torsh, sample), (r, ...rest) => variants.method(r)(...rest)), call(row, build(torsh, sample)), 'method');
  },

  'in place equals out of place'(row, sample) {
    const want = call(row, build(torsh, sample));
    const built = build(torsh, sample);
    const self = built.args[0];
    // In place the result keeps self's dtype and shape; where it cannot, it is refused and self stays as it was. As in PyTorch,
    // the real result of a complex tensor (abs_) cannot.
    const before = values(self);
    const fits = (row.flags.includes('reshapes') || String(want.shape) === String(self.shape)) && canCast(want.dtype, self.dtype)
      && !(self.isComplex() && want.isFloatingPoint());
    if (!fits) {
      expect(() => call(row, built, (r, ...rest) => variants.inplace(r)(...rest))).toThrow(torsh.TorshError);
      expect(difference(values(self), before, 0)).toBe(null);
      return;
    }
    const result = call(row, built, (r, ...rest) => variants.inplace(r)(...rest));
    expect(result).toBe(self);
    expectSame(row, self, want.to(self.dtype), 'in place');
  },

  'out= equals the result'(row, sample) {
    const want = call(row, build(torsh, sample));
    const built = build(torsh, sample);
    const list = tensorsOf(torsh, want);
    const outs = list.map((t) => torsh.empty([0], { dtype: t.dtype }));
    built.options.out = list.length === 1 ? outs[0] : outs;
    const got = call(row, built, (r) => namespace(torsh, r.namespaces[0])[r.jsName](...built.args, ...trailing(built.options)));
    expectSame(row, tensorsOf(torsh, got), list, 'out=');
    expectSame(row, outs, list, 'the tensor given as out');
  },
};

/** Shapes that few think of: the op may refuse them (in words), never crash, and must agree with itself. */
const reshapes = { '0-d': () => [], empty: (shape) => (shape.length === 0 ? [0] : [0, ...shape.slice(1)]) };

function degenerate(row, sample, reshape) {
  const attempt = (how) => {
    try {
      return { result: call(row, build(torsh, sample, how)) };
    } catch (error) {
      if (!(error instanceof torsh.TorshError)) throw error;
      return { message: error.message };
    }
  };
  const plain = attempt({ reshape });
  const strided = attempt({ reshape, layout: 'strided' });
  expect(strided.message).toBe(plain.message);
  if (!plain.message) expectSame(row, strided.result, plain.result, 'strided inputs');
}

for (const row of rows) {
  describe(row.name, () => {
    const title = (i) => (row.samples.length > 1 ? `sample ${i}` : 'its sample');
    row.samples.forEach((sample, i) => {
      const onTensor = isTensorSpec(sample.args?.[0]);
      const plain = !changesSelf(row);
      const list = [];
      if (isDifferentiableRow(row)) list.push('gradcheck', 'gradgradcheck');
      if (plain && !isAboutLayout(row)) list.push('non-contiguous inputs');
      if (plain) list.push('leaves its inputs alone');
      if (row.variants.includes('method') && row.variants.includes('function') && onTensor) list.push('method equals function');
      if (row.variants.includes('inplace') && plain && onTensor) {
        list.push('in place equals out of place');
        if (isDifferentiableRow(row)) list.push('gradcheck in place');
      }
      if (row.variants.includes('out')) list.push('out= equals the result');
      for (const name of list) test(`${name}: ${title(i)}`, scoped(() => checks[name](row, sample)));
      if (plain && !isRandom(row) && !isAboutLayout(row)) {
        for (const [name, reshape] of Object.entries(reshapes)) test(`${name} inputs: ${title(i)}`, scoped(() => degenerate(row, sample, reshape)));
      }
    });
    (row.errors ?? []).forEach((sample, i) => {
      test(`refuses ${sample.message ?? i}`, scoped(() => {
        const built = build(torsh, sample);
        const before = built.tensors.map(({ tensor }) => values(tensor));
        let thrown = null;
        try {
          call(row, built);
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(torsh.TorshError);
        expect({ code: thrown.code, message: thrown.message }).toEqual({ code: sample.code, message: sample.message });
        built.tensors.forEach(({ tensor }, k) => expect(difference(values(tensor), before[k], 0)).toBe(null));
      }));
    });
  });
}

test('every row has samples, a doc and a gradient decision', () => {
  expect(rows.filter((row) => !row.samples?.length || !row.doc || row.gradient === undefined).map((row) => row.name)).toEqual([]);
  expect(rows.some((row) => row.samples.some((s) => JSON.stringify(s).includes('"t":[')))).toBe(true);
});
