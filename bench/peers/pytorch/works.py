"""What PyTorch does in the bench; the works of peers/torsh/works.mjs. A work: {"run": what is timed, "result": its tensors}."""

import models
import torch
from inputs import fill, uniform, whole
from torch.nn import functional as F

FOREACH = False


def forward(f):
    return {"run": f, "result": lambda: [f()]}


def gradients(f, leaves):
    for t in leaves:
        t.requires_grad_(True)

    def run():
        for t in leaves:
            t.grad = None
        f().sum().backward()

    def result():
        run()
        return [t.grad for t in leaves]

    return {"run": run, "result": result}


def train(model, loss):
    opt = torch.optim.Adam(model.parameters(), lr=1e-3)

    def run():
        opt.zero_grad()
        loss().backward()
        opt.step()

    return {"run": run, "result": lambda: [loss()]}


def infer(model, x, variant=None):
    """As it is, or frozen by TorchScript, which folds and fuses."""
    model.eval()
    if variant == "compiled":
        with torch.no_grad():
            model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))

    def run():
        with torch.inference_mode():
            return model(x)

    return forward(run)


def add(n):
    return elementwise("add", n)


def elementwise(op, n):
    a, b = uniform([n], 1), uniform([n], 2)
    if op in ("add", "mul"):
        f = getattr(torch, op)
        return forward(lambda: f(a, b))
    f = F.gelu if op == "gelu" else getattr(torch, op)
    return forward(lambda: f(a))


def broadcast(layout, n):
    a = uniform([n, n], 1)
    b = {"row": lambda: uniform([1, n], 2), "column": lambda: uniform([n, 1], 2), "transposed": lambda: uniform([n, n], 2).t()}[layout]()
    return forward(lambda: torch.add(a, b))


def chain(n, backward, variant=None):
    if variant:
        raise NotImplementedError
    a, b, x = (uniform([n], seed) for seed in (1, 2, 3))

    def ops():
        return x.mul(a).add(b).exp().mul(a).add(b).neg().mul(a).add(b).exp().sum()

    return gradients(ops, [x]) if backward else forward(ops)


def matmul(m, k, n, batch=(), transposed="", dtype="float32"):
    def side(name, rows, columns, seed):
        swap = name in transposed
        made = uniform([*batch, *([columns, rows] if swap else [rows, columns])], seed).to(getattr(torch, dtype))
        return made.transpose(-1, -2) if swap else made

    a, b = side("a", m, k, 1), side("b", k, n, 2)
    return forward(lambda: torch.matmul(a, b))


def reduce(op, shape, dim=None):
    x = uniform(shape, 1)
    f = getattr(torch, op)
    return forward((lambda: f(x)) if dim is None else (lambda: f(x, dim)))


def softmax(shape):
    x = uniform(shape, 1)
    return forward(lambda: torch.softmax(x, -1))


def layer_norm(shape):
    x, w, b = uniform(shape, 1), uniform(shape[-1:], 2), uniform(shape[-1:], 3)
    return forward(lambda: F.layer_norm(x, shape[-1:], w, b))


def batch_norm(shape):
    x, (w, b, mean), variance = uniform(shape, 1), (uniform([shape[1]], s) for s in (2, 3, 4)), uniform([shape[1]], 5, 0.5, 1.5)
    return forward(lambda: F.batch_norm(x, mean, variance, w, b, training=True))


def cross_entropy(shape):
    x, y = uniform(shape, 1), whole(shape[:1], 2, shape[1])
    return gradients(lambda: F.cross_entropy(x, y), [x])


def conv(input, out, kernel, backward, stride=1, padding=0, groups=1):
    x, w = uniform(input, 1), uniform([out, input[1] // groups, kernel, kernel], 2)

    def f():
        return F.conv2d(x, w, None, stride=stride, padding=padding, groups=groups)

    return gradients(f, [x, w]) if backward else forward(f)


def mlp(sizes, batch, variant=None):
    if variant:
        raise NotImplementedError
    model, x = fill(models.mlp(sizes)), uniform([batch, sizes[0]], 1)
    if sizes[-1] > 1:
        y = whole([batch], 2, sizes[-1])
        return train(model, lambda: F.cross_entropy(model(x), y))
    y = uniform([batch, 1], 2)
    return train(model, lambda: F.mse_loss(model(x), y))


def cnn(batch, variant=None):
    if variant:
        raise NotImplementedError
    model, x, y = fill(models.CNN()), uniform([batch, 1, 28, 28], 1), whole([batch], 2, 10)
    return train(model, lambda: F.cross_entropy(model(x), y))


def gpt(train_, batch, config, variant=None):
    model, context, vocabulary = fill(models.GPT(**config)), config["context"], config["vocabulary"]
    x, y = whole([batch, context], 1, vocabulary), whole([batch * context], 2, vocabulary)
    if not train_:
        return infer(model, x, variant)
    if variant:
        raise NotImplementedError
    return train(model, lambda: F.cross_entropy(model(x).reshape(-1, vocabulary), y))


class First(torch.nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)[0]


def lstm(batch, length, inputs, hidden, backward):
    model, x = fill(torch.nn.LSTM(inputs, hidden, batch_first=True)), uniform([batch, length, inputs], 1)
    return gradients(lambda: model(x)[0], [x, *model.parameters()]) if backward else infer(First(model), x)


def vision(net, variant=None):
    return infer(fill(getattr(models, net)()), uniform([1, 3, 224, 224], 1), variant)


def mapped(n, derivative):
    try:
        from torch.func import grad, vmap
    except ImportError:
        from functorch import grad, vmap
    weights = [p.detach() for p in models.mlp([20, 64, 10]).parameters()]
    x, y = uniform([n, 20], 1), whole([n], 2, 10)

    def out(w, sample):
        return F.linear(torch.relu(F.linear(sample, w[0], w[1])), w[2], w[3])

    def loss(w, sample, label):
        return F.cross_entropy(out(w, sample), label)

    f = vmap(grad(loss), (None, 0, 0)) if derivative else vmap(out, (None, 0))
    return {"run": lambda: f(weights, x, *([y] if derivative else []))}


def optimizer(optimizer, options, n, touched, moved):
    cls = getattr(torch.optim, optimizer, None)
    if cls is None or optimizer == "SparseAdam":
        raise NotImplementedError
    p = torch.nn.Parameter(uniform([n // 1000, 1000], 1))
    p.grad = uniform([n // 1000, 1000], 2)
    return {"run": cls([p], **{"lr": 1e-3, **options}, foreach=FOREACH).step}


WORKS = {
    "add": add, "elementwise": elementwise, "broadcast": broadcast, "chain": chain, "matmul": matmul, "reduce": reduce, "softmax": softmax, "layerNorm": layer_norm,
    "batchNorm": batch_norm, "crossEntropy": cross_entropy, "conv": conv, "mlp": mlp, "cnn": cnn, "gpt": lambda train, **rest: gpt(train, **rest), "lstm": lstm, "vision": vision,
    "mapped": mapped, "optimizer": optimizer,
}
