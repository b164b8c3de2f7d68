"""PyTorch on the CPU: python3 pytorch.py THREADS. The protocol is that of protocol.mjs."""
import json
import re
import statistics
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))


def add(n):
    a, b = torch.rand(n), torch.rand(n)
    return lambda: torch.add(a, b)


def chain(n):
    a, b = torch.rand(n), torch.rand(n)
    x = torch.rand(n, requires_grad=True)

    def run():
        x.grad = None
        x.mul(a).add(b).exp().mul(a).add(b).neg().mul(a).add(b).exp().sum().backward()

    return run


def matmul(n):
    a, b = torch.rand(n, n), torch.rand(n, n)
    return lambda: torch.matmul(a, b)


def mapped(n, derivative):
    try:
        from torch.func import grad, vmap
    except ImportError:
        from functorch import grad, vmap
    layers = [torch.nn.Linear(20, 64), torch.nn.Linear(64, 10)]
    weights = [p.detach() for layer in layers for p in layer.parameters()]
    x, y = torch.randn(n, 20), torch.randint(0, 10, (n,))
    linear = torch.nn.functional.linear

    def out(w, sample):
        return linear(torch.tanh(linear(sample, w[0], w[1])), w[2], w[3])

    def loss(w, sample, label):
        return torch.nn.functional.cross_entropy(out(w, sample), label)

    f = vmap(grad(loss), (None, 0, 0)) if derivative else vmap(out, (None, 0))
    return lambda: f(weights, x, *([y] if derivative else []))


def step(optimizer, options, n, touched, moved):
    cls = getattr(torch.optim, optimizer, None)
    if cls is None or optimizer == "SparseAdam":
        raise NotImplementedError
    p = torch.nn.Parameter(torch.rand(n // 1000, 1000))
    p.grad = torch.rand(n // 1000, 1000)
    return cls([p], **{"lr": 1e-3, **options}, foreach="foreach" in sys.argv).step


def tensor(spec):
    """A tensor of a sample of the op table: {t: shape, dtype, low, high, values}."""
    dtype = getattr(torch, spec.get("dtype", "float32"))
    if "values" in spec:
        return torch.tensor(spec["values"], dtype=dtype).reshape(spec["t"])
    low, high = spec.get("low", -1), spec.get("high", 1)
    made = torch.rand(spec["t"], dtype=torch.float64) * (high - low) + low
    return made > (low + high) / 2 if dtype == torch.bool else (made if dtype.is_floating_point else made.floor()).to(dtype)


def value(v):
    if isinstance(v, dict):
        return tensor(v) if "t" in v else [value(x) for x in v["list"]]
    if isinstance(v, list):
        return [value(x) for x in v]
    return getattr(torch, v) if isinstance(v, str) and isinstance(getattr(torch, v, None), torch.dtype) else v


def op(name, row, place, args, kwargs):
    args = [value(v) for v in args]
    kwargs = {re.sub("[A-Z]", lambda m: "_" + m.group().lower(), k): value(v) for k, v in kwargs.items()}
    if place == "Tensor":
        return lambda: getattr(args[0], name)(*args[1:], **kwargs)
    at = torch
    for part in place.split("."):
        at = at if part == "torsh" else getattr(at, part)
    f = getattr(at, name)
    return lambda: f(*args, **kwargs)


def measure(f, ms):
    for _ in range(3):
        f()
    batch = 1
    while True:
        t = run_batch(f, batch)
        if t >= 5e3 or batch >= 1e6:
            break
        batch = int(batch * min(8, max(1.5, 6e3 / max(t, 1)))) + 1
    end = time.perf_counter() + ms / 1e3
    samples = []
    while time.perf_counter() < end or len(samples) < 3:
        samples.append(run_batch(f, batch) / batch)
    return statistics.median(samples)


def run_batch(f, batch):
    start = time.perf_counter()
    for _ in range(batch):
        f()
    return (time.perf_counter() - start) * 1e6


def main():
    works = {"add": add, "chain": chain, "matmul": matmul, "mapped": mapped, "step": step, "op": op}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        key, work, ms = request.pop("id"), request.pop("work"), request.pop("ms")
        if work not in works:
            reply = {"id": key, "missing": True}
        else:
            try:
                reply = {"id": key, "us": measure(works[work](**request), ms)}
            except NotImplementedError:
                reply = {"id": key, "missing": True}
            except Exception as error:  # reported, not fatal: other rows still run
                reply = {"id": key, "error": str(error)}
        print(json.dumps(reply), flush=True)


main()
