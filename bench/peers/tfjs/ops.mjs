/** An op by a sample of torsh's op table, for --ops. */

/** PyTorch's names where tfjs has another; ops whose arguments behind the tensors mean the same. */
const renamed = {
  matmul: 'matMul', mm: 'matMul', bmm: 'matMul', eq: 'equal', ne: 'notEqual', lt: 'less', le: 'lessEqual', gt: 'greater', ge: 'greaterEqual', cat: 'concat', flip: 'reverse',
  logical_and: 'logicalAnd', logical_or: 'logicalOr', logical_not: 'logicalNot', logical_xor: 'logicalXor', argmax: 'argMax', argmin: 'argMin', logsumexp: 'logSumExp',
  log_softmax: 'logSoftmax', leaky_relu: 'leakyRelu', floor_divide: 'floorDiv', isnan: 'isNaN', isinf: 'isInf', isfinite: 'isFinite', remainder: 'mod',
};
const alike = new Set(['add', 'sub', 'mul', 'div', 'pow', 'maximum', 'minimum', 'atan2', 'exp', 'expm1', 'log', 'log1p', 'sqrt', 'rsqrt', 'tanh', 'sigmoid', 'relu', 'relu6', 'elu',
  'selu', 'softplus', 'abs', 'neg', 'square', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'asinh', 'acosh', 'atanh', 'floor', 'ceil', 'round', 'sign', 'reciprocal',
  'erf', 'sum', 'mean', 'prod', 'any', 'all', 'max', 'min', 'cumsum', 'cumprod', 'softmax', 'stack', 'tile', 'where', 'prelu']);

export const op = (tf) => {
  const tensor = (spec) => {
    const dtype = { bool: 'bool', int32: 'int32', int64: 'int32' }[spec.dtype ?? 'float32'] ?? 'float32';
    if (spec.values) return tf.tensor(spec.values, spec.t, dtype);
    const made = tf.randomUniform(spec.t, spec.low ?? -1, spec.high ?? 1);
    return dtype === 'float32' ? made : made.cast(dtype);
  };
  const value = (v) => (v?.t ? tensor(v) : v?.list ? v.list.map(value) : v);
  return ({ name, args, kwargs }) => {
    const f = tf[renamed[name] ?? (alike.has(name) ? name : '')];
    if (!f || Object.keys(kwargs).length > 0) return undefined;
    const given = args.map(value);
    return { run: () => { tf.tidy(() => { f(...given); }); } };
  };
};
