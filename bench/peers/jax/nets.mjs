/** How jax-js does the parts of peers/nets.mjs; parameter(name, shape) gives a reference of its own at each call. */
export function parts({ numpy: np, nn }, parameter) {
  return {
    parameter,
    again: (x) => x.ref,
    add: (a, b) => np.add(a, b),
    linear: (x, name, cin, cout) => np.add(np.matmul(x, np.transpose(parameter(`${name}.weight`, [cout, cin]))), parameter(`${name}.bias`, [cout])),
    embedding: (tokens, name, many, width) => np.matmul(nn.oneHot(tokens, many), parameter(name, [many, width])),
    layerNorm: (x, name, width) => np.add(np.multiply(nn.standardize(x), parameter(`${name}.weight`, [width])), parameter(`${name}.bias`, [width])),
    gelu: (x) => nn.gelu(x, { approximate: false }),
    attention(qkv, heads) {
      const [b, t, width] = [qkv.shape[0], qkv.shape[1], qkv.shape[2] / 3];
      // Not nn.dotProductAttention: it needs a newer Node (methods of iterators).
      const [q, k, v] = np.split(qkv, 3, 2).map((y, i) => np.transpose(np.reshape(y, [b, t, heads, width / heads]), i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3]));
      const mask = np.array(Float32Array.from({ length: t * t }, (_, i) => (i % t > Math.floor(i / t) ? -1e9 : 0)), { shape: [t, t] });
      const scores = np.add(np.multiply(np.matmul(q, k), 1 / Math.sqrt(width / heads)), mask);
      return np.reshape(np.transpose(np.matmul(nn.softmax(scores), v), [0, 2, 1, 3]), [b, t, width]);
    },
  };
}
