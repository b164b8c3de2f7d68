/** What torsh does in the bench, on whichever backend: works(torsh) for Node and pages. */
import { count, uniform, whole } from '../inputs.mjs';
import { fill, models } from './models.mjs';

const LARGE = 1e4;

export function works(torsh) {
  const { nn, optim, tidy } = torsh;
  const F = nn.functional;
  const nets = models(torsh);
  const given = (shape, seed, low, high) => torsh.tensor(uniform(count(shape), seed, low, high)).reshape(shape);
  const numbers = (...tensors) => tensors.map((t) => t.detach().toTypedArray());
  const labels = (shape, seed, most) => torsh.tensor(whole(count(shape), seed, most)).to('int64').reshape(shape);
  /* Small results are dropped and left to the collector, as programs do; large ones are disposed at once, as PyTorch and TensorFlow.js (by tidy) let go of theirs. */
  const forward = (f, size = Infinity) => ({
    run: size < LARGE ? () => { f(); } : () => { f().dispose(); },
    result: () => tidy(() => numbers(f())),
  });
  const compiledOrNot = (f, variant) => {
    if (variant !== 'compiled') return { f };
    const compiled = torsh.compile(f);
    const note = () => {
      const { breaks } = compiled.explain();
      return breaks.length > 0 ? { note: `not compiled: ${breaks[0].reason}` } : {};
    };
    return { f: compiled, note, free: () => { compiled.dispose(); } };
  };
  /** A step of training: loss() is differentiated, and the optimizer steps. */
  function step(model, loss, variant) {
    const opt = new optim.Adam(model.parameters(), { lr: 1e-3 });
    const whole = () => {
      opt.zeroGrad();
      const l = loss();
      l.backward();
      opt.step();
      return l;
    };
    const { f, ...rest } = compiledOrNot(whole, variant);
    return { run: () => { tidy(() => { f(); }); }, result: () => tidy(() => numbers(loss())), ...rest };
  }
  /** Forward and backward of f to its inputs. */
  function gradients(f, leaves) {
    for (const t of leaves) t.requiresGrad_(true);
    const run = () => {
      for (const t of leaves) t.grad = null;
      tidy(() => { f().sum().backward(); });
    };
    return {
      run,
      result: () => {
        run();
        return numbers(...leaves.map((t) => t.grad));
      },
    };
  }
  function inference(model, x, variant, pick = (y) => y) {
    model.eval();
    const { f, ...rest } = compiledOrNot(() => pick(model(x)), variant);
    const infer = () => torsh.inferenceMode(f);
    return { run: () => { tidy(() => { infer(); }); }, result: () => tidy(() => numbers(infer())), ...rest };
  }

  return {
    add: ({ n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      return forward(() => torsh.add(a, b), n);
    },
    elementwise: ({ op, n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      const f = { add: () => torsh.add(a, b), mul: () => torsh.mul(a, b), gelu: () => F.gelu(a) }[op] ?? (() => torsh[op](a));
      return forward(f, n);
    },
    broadcast: ({ layout, n }) => {
      const a = given([n, n], 1);
      const b = { row: () => given([1, n], 2), column: () => given([n, 1], 2), transposed: () => given([n, n], 2).t() }[layout]();
      return forward(() => torsh.add(a, b));
    },
    /* Ten small ops, one after the other. */
    chain: ({ n, backward, variant }) => {
      const [a, b, x] = [given([n], 1), given([n], 2), given([n], 3)];
      const ops = () => x.mul(a).add(b).exp().mul(a).add(b).neg().mul(a).add(b).exp().sum();
      if (!backward) {
        const { f, ...rest } = compiledOrNot(ops, variant);
        return { run: () => { f(); }, result: () => tidy(() => numbers(f())), ...rest };
      }
      x.requiresGrad_(true);
      const { f, ...rest } = compiledOrNot(() => { ops().backward(); }, variant);
      const run = () => {
        x.grad = null;
        f();
      };
      return { run, result: () => (run(), numbers(x.grad)), ...rest };
    },

    matmul: ({ m, k, n, batch = [], transposed = '', dtype = 'float32' }) => {
      const side = (name, rows, columns, seed) => {
        const swap = transposed.includes(name);
        const made = given([...batch, ...(swap ? [columns, rows] : [rows, columns])], seed).to(dtype);
        return swap ? made.transpose(-1, -2) : made;
      };
      const [a, b] = [side('a', m, k, 1), side('b', k, n, 2)];
      return forward(() => torsh.matmul(a, b));
    },

    reduce: ({ op, shape, dim }) => {
      const x = given(shape, 1);
      return forward(dim === undefined ? () => x[op]() : () => x[op](dim));
    },
    softmax: ({ shape }) => {
      const x = given(shape, 1);
      return forward(() => torsh.softmax(x, -1));
    },
    layerNorm: ({ shape }) => {
      const width = shape[shape.length - 1];
      const [x, w, b] = [given(shape, 1), given([width], 2), given([width], 3)];
      return forward(() => F.layerNorm(x, [width], w, b));
    },
    batchNorm: ({ shape }) => {
      const [x, w, b, mean, variance] = [given(shape, 1), ...[2, 3, 4].map((s) => given([shape[1]], s)), given([shape[1]], 5, 0.5, 1.5)];
      return forward(() => F.batchNorm(x, mean, variance, { weight: w, bias: b, training: true }));
    },
    crossEntropy: ({ shape: [n, classes] }) => {
      const [x, y] = [given([n, classes], 1), labels([n], 2, classes)];
      return gradients(() => F.crossEntropy(x, y), [x]);
    },

    conv: ({ input, out, kernel, stride = 1, padding = 0, groups = 1, backward }) => {
      const [x, w] = [given(input, 1), given([out, input[1] / groups, kernel, kernel], 2)];
      const f = () => F.conv2d(x, w, null, { stride, padding, groups });
      return backward ? gradients(f, [x, w]) : forward(f);
    },

    mlp: ({ sizes, batch, variant }) => {
      const model = fill(torsh, nets.mlp(sizes));
      const classes = sizes[sizes.length - 1];
      const x = given([batch, sizes[0]], 1), y = classes > 1 ? labels([batch], 2, classes) : given([batch, 1], 2);
      return step(model, classes > 1 ? () => F.crossEntropy(model(x), y) : () => F.mseLoss(model(x), y), variant);
    },
    cnn: ({ batch, variant }) => {
      const model = fill(torsh, new nets.CNN());
      const [x, y] = [given([batch, 1, 28, 28], 1), labels([batch], 2, 10)];
      return step(model, () => F.crossEntropy(model(x), y), variant);
    },
    gpt: ({ train, batch, config, variant }) => {
      const model = fill(torsh, new nets.GPT(config)), { context, vocabulary } = config;
      const [x, y] = [labels([batch, context], 1, vocabulary), labels([batch * context], 2, vocabulary)];
      return train ? step(model, () => F.crossEntropy(model(x).reshape(-1, vocabulary), y), variant) : inference(model, x, variant);
    },
    lstm: ({ batch, length, inputs, hidden, backward }) => {
      const model = fill(torsh, new nn.LSTM(inputs, hidden, { batchFirst: true })), x = given([batch, length, inputs], 1);
      if (backward) return gradients(() => model(x)[0], [x, ...model.parameters()]);
      return inference(model, x, undefined, (y) => y[0]);
    },
    vision: ({ net, variant }) => inference(fill(torsh, new nets[net]()), given([1, 3, 224, 224], 1), variant),

    /* A function of one sample as one of all: its outputs, or the gradients of its loss. */
    mapped: ({ n, derivative }) => {
      const { func, vmap } = torsh;
      const net = nets.mlp([20, 64, 10]);
      const weights = Object.fromEntries(net.namedParameters().map(([name, p]) => [name, p.detach()]));
      const [x, y] = [given([n, 20], 1), labels([n], 2, 10)];
      const out = (w, sample) => func.functionalCall(net, w, sample);
      const loss = (w, sample, label) => F.crossEntropy(out(w, sample), label);
      const f = derivative ? vmap(func.grad(loss), [null, 0, 0]) : vmap(out, [null, 0]);
      return { run: () => { tidy(() => { f(weights, x, ...(derivative ? [y] : [])); }); } };
    },
    optimizer: ({ optimizer, options, n }) => {
      const p = new nn.Parameter(given([n / 1000, 1000], 1));
      p.grad = given([n / 1000, 1000], 2);
      const opt = new optim[optimizer]([p], { lr: 1e-3, ...options });
      return { run: () => { opt.step(); } };
    },
  };
}
