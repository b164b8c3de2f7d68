"""PyTorch on the CPU: python3 serve.py THREADS [foreach]. The protocol is that of ../protocol.mjs, the way of timing that of ../timing.mjs."""
import json
import math
import statistics
import sys
import time

sys.dont_write_bytecode = True
import torch
import works
from ops import op

SLOW, HOPELESS, BATCH, CYCLE = 1.5e6, 3e7, 2000, 8191

torch.set_num_threads(int(sys.argv[1]))
works.FOREACH = "foreach" in sys.argv


def run_batch(f, batch):
    start = time.perf_counter()
    for _ in range(batch):
        f()
    return (time.perf_counter() - start) * 1e6


def prepare(f):
    first = run_batch(f, 1)
    if first > HOPELESS:
        return {"us": first, "once": True}
    batch, t = 1, run_batch(f, 1)
    if t > SLOW:
        return {"us": t, "once": True}
    t = run_batch(f, 1)  # as for JavaScript: what is compiled may be ready by now
    while t < BATCH and batch < 1e6:
        batch = math.ceil(batch * min(8, max(1.5, 1.2 * BATCH / max(t, 1))))
        t = min(run_batch(f, batch), run_batch(f, batch))
    return {"batch": batch}


def measure(work, ms):
    if "known" not in work:
        work["known"] = prepare(work["run"])
    if "once" in work["known"]:
        return work["known"]
    batch, samples = work["known"]["batch"], []
    end = time.perf_counter() + ms / 1e3
    while not samples or time.perf_counter() < end:
        samples.append(run_batch(work["run"], batch) / batch)
    return {"us": statistics.median(samples)}


def digest(tensors):
    flat = torch.cat([t.detach().reshape(-1).double() for t in tensors])
    places = (torch.arange(flat.numel()) % CYCLE).double() / CYCLE - 0.5
    return [flat.numel(), flat.sum().item(), flat.square().mean().sqrt().item(), flat.dot(places).item()]


def main():
    known = {**works.WORKS, "op": op}
    row, kept = None, {}  # the works of a row, by variant
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        key, name, ms, check, calls = (request.pop(k, None) for k in ("id", "work", "ms", "check", "calls"))
        if name not in known:
            print(json.dumps({"id": key, "missing": True}), flush=True)
            continue
        try:
            asked = json.dumps([name, {k: v for k, v in request.items() if k != "variant"}])
            if asked != row:
                work = None
                kept.clear()
                row = asked
            variant = request.get("variant")
            if variant not in kept:
                kept[variant] = known[name](**request)
            work = kept[variant]
            reply = {"id": key}
            if check and "result" in work:
                reply["digest"] = digest(work["result"]())
            reply.update({"us": run_batch(work["run"], calls) / calls} if calls else measure(work, ms))
        except NotImplementedError:
            reply = {"id": key, "missing": True}
        except Exception as error:  # reported, not fatal: other rows still run
            kept.clear()
            reply = {"id": key, "error": str(error)[:300]}
        print(json.dumps(reply), flush=True)


main()
