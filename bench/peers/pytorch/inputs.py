"""The numbers of peers/inputs.mjs: the same for every peer."""
import math
import re

import numpy as np
import torch

PERIOD = 65521


def hashed(i):
    x = ((i + 1) * 0x9E3779B1) & 0xFFFFFFFF
    x = ((x ^ (x >> 15)) * 0x85EBCA6B) & 0xFFFFFFFF
    x = ((x ^ (x >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return x ^ (x >> 16)


def numbers(n, seed, low, high):
    places = np.arange(min(n, PERIOD), dtype=np.uint64) + np.uint64(seed * PERIOD)
    return np.resize(low + (high - low) * (hashed(places).astype(np.float64) / 4294967296), n)


def uniform(shape, seed, low=-1.0, high=1.0, dtype=torch.float32):
    return torch.from_numpy(numbers(math.prod(shape), seed, low, high)).to(dtype).reshape(shape)


def whole(shape, seed, most):
    return torch.from_numpy(np.floor(numbers(math.prod(shape), seed, 0, 1) * most).astype(np.int64)).reshape(shape)


def seed_of(name):
    x = 0x811C9DC5
    for c in name:
        x = ((x ^ ord(c)) * 0x01000193) & 0xFFFFFFFF
    return x % 10007


def weight(name, shape):
    if len(shape) > 1:
        bound = math.sqrt(6 / (math.prod(shape) / shape[0]))
        return uniform(shape, seed_of(name), -bound, bound)
    middle = 1 if re.search(r"(norm|bn|downsample\.1|ln)\w*\.weight$|running_var$", name) else 0
    return uniform(shape, seed_of(name), middle - 0.1, middle + 0.1)


def fill(module):
    """Gives every parameter and buffer of a module its numbers."""
    with torch.no_grad():
        for name, t in module.state_dict().items():
            if t.is_floating_point():
                t.copy_(weight(name, t.shape))
    return module
