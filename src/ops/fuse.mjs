/**
 * Rows that compiled programs may fuse into chains (src/kernels/chain.h): what they do to floats is nothing but calls of the elementwise
 * families, on whose arguments' values (other than plain numbers) nothing depends. Their in-place twins are fused too.
 */
const words = (text) => text.trim().split(/\s+/);

export const fusable = words(`
  add sub rsub mul div pow neg abs sign square reciprocal sqrt rsqrt floor ceil trunc frac nan_to_num lerp addcmul addcdiv deg2rad rad2deg
  exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh sinc erf erfc sigmoid logit
  atan2 hypot logaddexp clamp clamp_min clamp_max maximum minimum fmax fmin
  relu relu6 threshold hardtanh leaky_relu elu selu celu gelu silu mish softplus logsigmoid hardsigmoid hardswish hardshrink softshrink softsign tanhshrink
  _threshold_backward _sigmoid_backward _tanh_backward _gelu_backward _silu_backward`);
