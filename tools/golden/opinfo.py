"""Golden values from PyTorch's own operator database, in the format of test/fixtures ("opinfo-golden/1").

    python3 tools/golden/opinfo.py FOLDER [OP ...]

writes FOLDER/opinfo/index.json and a pair NAME.json, NAME.bin for each op (all of op_db unless some are named). Then
TORSH_CONFORMANCE=FOLDER npm test -- test/golden.test.js compares torsh with them: more samples and dtypes than the set that
the tests come with. Needs a Python with PyTorch.
"""
import json
import math
import os
import sys
import types
import unittest
import warnings

stub = types.ModuleType("expecttest")  # what PyTorch's test helpers import, and nothing here uses
stub.TestCase, stub.ACCEPT = unittest.TestCase, False
sys.modules.setdefault("expecttest", stub)
warnings.simplefilter("ignore")

import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

SAMPLES = 20  # of an op, variant and dtype
ELEMENTS = 20000
SKIPPED = ("_masked", "jiterator", "sparse", "cuda", "nvprims", "_refs", "ops.", "to_sparse", "empty", "new_empty", "uniform", "normal", "rand", "bernoulli",
           "multinomial", "dropout", "rrelu", "exponential", "geometric", "cauchy", "log_normal", "pca_lowrank", "svd_lowrank", "fractional_max_pool", "as_strided_partial",
           "resize_", "chalf", "nonzero_static")


class File:
    """Tensors of one op's file: bytes behind one another, each string once."""

    def __init__(self):
        self.bytes, self.tensors, self.places, self.ids = bytearray(), [], {}, {}

    def add(self, tensor):
        t = tensor.detach()
        raw = t.contiguous().resolve_conj().resolve_neg()
        dtype = str(t.dtype)[6:]
        data = raw.view(torch.uint8).numpy().tobytes() if raw.numel() and raw.dim() else (raw.reshape(1).view(torch.uint8).numpy().tobytes() if raw.numel() else b"")
        if data not in self.places:
            self.bytes += b"\0" * (-len(self.bytes) % 8)
            self.places[data] = len(self.bytes)
            self.bytes += data
        self.tensors.append({"dtype": dtype, "shape": list(t.shape), "offset": self.places[data], "nbytes": len(data)})
        return len(self.tensors) - 1

    def ref(self, tensor, known):
        if id(tensor) not in known:
            ref = {"t": self.add(tensor), "dtype": str(tensor.dtype)[6:], "shape": list(tensor.shape)}
            if tensor.requires_grad:
                ref["requires_grad"] = True
            if not tensor.is_contiguous() and tensor.numel():
                ref.update(noncontiguous=True, strides=list(tensor.stride()), storage_offset=tensor.storage_offset())
            known[id(tensor)] = (ref, tensor)
        return known[id(tensor)][0]


class Unsupported(Exception):
    pass


def encode(v, file, known):
    if isinstance(v, torch.Tensor):
        if v.layout != torch.strided or v.numel() > ELEMENTS or v.dtype == torch.complex32:
            raise Unsupported
        return file.ref(v, known)
    if v is None or isinstance(v, (bool, str)):
        return v
    if isinstance(v, int):
        return v if abs(v) < 2**53 else {"int": str(v)}
    if isinstance(v, float):
        if math.isnan(v) or math.isinf(v):
            return {"float": "nan" if math.isnan(v) else "inf" if v > 0 else "-inf"}
        return {"float": "-0.0" if v == 0 and math.copysign(1, v) < 0 else v} if v == int(v) else v
    if isinstance(v, torch.Size):
        return {"tuple": [encode(x, file, known) for x in v], "type": "torch.Size"}
    if isinstance(v, tuple):
        out = {"tuple": [encode(x, file, known) for x in v]}
        fields = getattr(v, "_fields", None) or [n for n in dir(type(v)) if type(getattr(type(v), n)).__name__ == "member_descriptor" and not n.startswith("_") and n[0] != "n"]
        order = [n for i in range(len(v)) for n in fields if getattr(v, n, None) is v[i]] if type(v) is not tuple else []
        if len(order) == len(v):
            out["fields"] = order
        return out
    if isinstance(v, list):
        return [encode(x, file, known) for x in v]
    if isinstance(v, slice):
        return {"slice": [v.start, v.stop, v.step]}
    if v is Ellipsis:
        return {"ellipsis": True}
    if isinstance(v, torch.dtype):
        return {"dtype": str(v)[6:]}
    if isinstance(v, torch.device):
        return {"device": "cpu"}
    if isinstance(v, torch.memory_format):
        return {"memory_format": str(v)[6:]}
    raise Unsupported


def flat(v):
    if isinstance(v, torch.Tensor):
        return [v]
    return [t for x in v for t in flat(x)] if isinstance(v, (tuple, list)) else []


def path_of(op):
    """(path, kind, call) by which a user reaches the op; None when there is no such way."""
    name = op.name
    at = torch
    for part in name.split("."):
        at = getattr(at, part, None)
    if at is not None and callable(at):
        return "torch." + name, "function", at
    if hasattr(torch.Tensor, name):
        kind = "method" if callable(getattr(torch.Tensor, name)) else "property"
        return "torch.Tensor." + name, kind, (lambda x, *a, **k: getattr(x, name)(*a, **k)) if kind == "method" else (lambda x: getattr(x, name))
    return None


def weights_of(outputs):
    made = []
    for k, o in enumerate(outputs):
        i = torch.arange(o.numel(), dtype=torch.float64)
        w = torch.cos(i + k)
        if o.is_complex():
            w = torch.complex(w, torch.cos(i + k + 0.5))
        made.append(w.to(o.dtype).reshape(o.shape) if o.requires_grad else None)
    return made


def gradients(outputs, inputs):
    weights = weights_of(outputs)
    total = 0
    for o, w in zip(outputs, weights):
        if w is not None:
            total = total + ((torch.view_as_real(o) * torch.view_as_real(w)).sum() if o.is_complex() else (o * w).sum())
    if not isinstance(total, torch.Tensor):
        return None
    return weights, torch.autograd.grad(total, inputs, allow_unused=True)


def process_of(sample, result):
    """The name of the gauge-invariant part that the gradient is taken of, by trial; False when it has no name here."""
    if not isinstance(result, (tuple, list)) or not flat(result):
        return None
    done = flat(sample.output_process_fn_grad(result))
    raw = flat(result)
    same = lambda a, b: len(a) == len(b) and all(x is y for x, y in zip(a, b))
    if same(done, raw):
        return None
    if same(done, raw[:1]):
        return "select_0"
    if len(raw) > 2 and same(done, raw[1:3]):
        return "select_1_2"
    return False


def to_double(v):
    if isinstance(v, torch.Tensor):
        if v.dtype in (torch.float32, torch.complex64):
            return v.detach().to(torch.float64 if v.dtype == torch.float32 else torch.complex128).requires_grad_(v.requires_grad)
        return v
    if isinstance(v, (tuple, list)) and type(v) in (tuple, list):
        return type(v)(to_double(x) for x in v)
    return v


def noise_of(low, high):
    out = []
    for a, b in zip(low, high):
        if a is None or b is None or not (a.is_floating_point() or a.is_complex()) or a.shape != b.shape or a.numel() == 0:
            out.append(None)
            continue
        d, m = (a.detach().to(b.dtype) - b.detach()).abs(), b.detach().abs()
        ok = torch.isfinite(d) & torch.isfinite(m)
        out.append([float(d[ok].max()), float(m[ok].max())] if ok.any() else None)
    return out


def clone(v):
    if isinstance(v, torch.Tensor):
        return v.detach().clone().requires_grad_(v.requires_grad)
    return type(v)(clone(x) for x in v) if type(v) in (tuple, list) else v


def record(op, where, sample, dtype, index, file):
    path, kind, call = where
    args, kwargs = [sample.input, *sample.args], dict(sample.kwargs)
    known = {}
    entry = {"id": f"{op.name}|{op.variant_test_name}|{index}", "variant": op.variant_test_name, "index": index, "source": "sample", "dtype": str(dtype)[6:], "path": path, "kind": kind,
             "args": [encode(a, file, known) for a in args], "kwargs": {k: encode(v, file, known) for k, v in kwargs.items()}}
    before = [t.detach().clone() for t in flat(args)]
    torch.manual_seed(0)
    result = call(*args, **kwargs)
    if any(not torch.equal(b, t.detach()) and not (b != b).any() for b, t in zip(before, flat(args))):
        raise Unsupported
    entry["output"] = encode(result, file, {})
    noise = {}
    if dtype == torch.float32:
        wide = call(*to_double(args), **{k: to_double(v) for k, v in kwargs.items()})
        noise["out"] = noise_of(flat(result), flat(wide))
    inputs = [t for t in flat(args) + flat(list(kwargs.values())) if t.requires_grad]
    process = process_of(sample, result)
    if inputs and process is not False and any(o.requires_grad for o in flat(result)):
        entry_grad(entry, noise, file, known, inputs, flat(sample.output_process_fn_grad(result)), process)
        if dtype == torch.float32 and "grad" in entry:
            wide_args, wide_kwargs = to_double(args), {k: to_double(v) for k, v in kwargs.items()}
            wide_inputs = [t for t in flat(wide_args) + flat(list(wide_kwargs.values())) if t.requires_grad]
            found = gradients(flat(sample.output_process_fn_grad(call(*wide_args, **wide_kwargs))), wide_inputs)
            noise["grad"] = noise_of(entry.pop("_grads"), found[1]) if found and len(found[1]) == len(inputs) else [None] * len(inputs)
    entry.pop("_grads", None)
    if noise:
        entry["noise"] = noise
    flags = [name for name, on in (("gauge_freedom", process is not None or op.name in ("linalg.svd", "svd", "linalg.eigh", "symeig", "linalg.eig", "linalg.qr", "qr", "geqrf")),
                                   ("ties", op.name in ("topk", "sort", "argsort", "mode", "median", "nanmedian", "kthvalue", "max", "min", "argmax", "argmin", "cummax", "cummin"))) if on]
    if flags:
        entry["flags"] = flags
    return entry


def entry_grad(entry, noise, file, known, inputs, outputs, process):
    try:
        found = gradients(outputs, inputs)
    except Exception:  # PyTorch itself has no gradient here
        return
    if found is None:
        return
    weights, grads = found
    entry["grad"] = {"weights": [None if w is None else file.ref(w, {}) for w in weights],
                     "inputs": [{"t": known[id(t)][0]["t"], "grad": None if g is None else file.ref(g, {})} for t, g in zip(inputs, grads)]}
    if process:
        entry["grad"]["process"] = process
    entry["_grads"] = grads


def errors_of(op, where, file):
    out = []
    if op.error_inputs_func is None:
        return out
    for index, e in enumerate(op.error_inputs("cpu")):
        sample = e.sample_input
        known = {}
        try:
            entry = {"id": f"{op.name}|{op.variant_test_name}|error {index}", "variant": op.variant_test_name, "path": where[0], "kind": where[1],
                     "args": [encode(a, file, known) for a in [sample.input, *sample.args]], "kwargs": {k: encode(v, file, known) for k, v in sample.kwargs.items()},
                     "error_type": e.error_type.__name__, "error_regex": e.error_regex}
        except Unsupported:
            continue
        try:
            where[2](sample.input, *sample.args, **sample.kwargs)
        except Exception as error:
            entry["raised"] = {"type": type(error).__name__, "message": str(error)}
            out.append(entry)
    return out


def main():
    folder, names = sys.argv[1], set(sys.argv[2:])
    torch.set_num_threads(1)
    os.makedirs(os.path.join(folder, "opinfo"), exist_ok=True)
    groups = {}
    for op in op_db:
        if (not names or op.name in names) and not any(op.name.startswith(s) or f".{s}" in op.name for s in SKIPPED):
            groups.setdefault(op.name, []).append(op)
    index = {"format": "opinfo-golden/1", "set": "generated", "torch": torch.__version__, "ops": {}, "modules": {}}
    for name, variants in groups.items():
        file, samples, errors, paths = File(), [], [], set()
        for op in variants:
            where = path_of(op)
            if where is None:
                continue
            for dtype in (torch.float32, torch.float64, torch.int64, torch.bool, torch.bfloat16, torch.complex64):
                if not op.supports_dtype(dtype, "cpu"):
                    continue
                wants_grad = op.supports_autograd and dtype in (torch.float32, torch.complex64)
                try:
                    torch.manual_seed(1)
                    generated = list(op.sample_inputs("cpu", dtype, requires_grad=wants_grad))
                except Exception:
                    continue
                cap = SAMPLES if dtype == torch.float32 else SAMPLES // 3
                step = max(1, len(generated) // cap)
                for i, sample in enumerate(generated[::step][:cap]):
                    try:
                        samples.append(record(op, where, sample, dtype, f"{str(dtype)[6:]} {i * step}", file))
                    except Exception:  # no value to keep: what PyTorch refuses, or cannot be written down
                        continue
                    paths.add(where[0])
            try:
                errors += errors_of(op, where, file)
            except Exception:
                pass
        if not samples and not errors:
            continue
        base = {"op": name, "tier": 1, "paths": sorted(paths), "format": index["format"], "set": "generated", "torch": torch.__version__, "variants": {}, "bin": f"{name}.bin", "bin_bytes": len(file.bytes)}
        stem = f"Tensor.{name}" if len(name) <= 2 else name
        base["bin"] = f"{stem}.bin"
        with open(os.path.join(folder, "opinfo", f"{stem}.json"), "w") as f:
            json.dump({**base, "tensors": file.tensors, "samples": samples, "errors": errors}, f)
        with open(os.path.join(folder, "opinfo", f"{stem}.bin"), "wb") as f:
            f.write(file.bytes)
        index["ops"][name] = {"file": stem, "tier": 1, "samples": len(samples), "errors": len(errors), "paths": sorted(paths)}
        print(name, len(samples), len(errors), flush=True)
    with open(os.path.join(folder, "opinfo", "index.json"), "w") as f:
        json.dump(index, f)


if __name__ == "__main__":
    main()
