"""An op by a sample of torsh's op table, for --ops."""
import re

import torch


def tensor(spec):
    """{t: shape, dtype, low, high, values}"""
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
        return {"run": lambda: getattr(args[0], name)(*args[1:], **kwargs)}
    at = torch
    for part in place.split("."):
        at = at if part == "torsh" else getattr(at, part)
    f = getattr(at, name)
    return {"run": lambda: f(*args, **kwargs)}
