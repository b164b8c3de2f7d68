"""PyTorch on the CPU: python3 pytorch.py THREADS. The protocol is that of protocol.mjs."""
import json
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
    works = {"add": add, "chain": chain, "matmul": matmul}
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        key, work, ms = request.pop("id"), request.pop("work"), request.pop("ms")
        if work not in works:
            reply = {"id": key, "missing": True}
        else:
            try:
                reply = {"id": key, "us": measure(works[work](**request), ms)}
            except Exception as error:  # reported, not fatal: other rows still run
                reply = {"id": key, "error": str(error)}
        print(json.dumps(reply), flush=True)


main()
