"""Golden values of modules, from PyTorch's own test tables, in the format that opinfo.py writes for operators.

    python3 tools/golden/modules.py FOLDER [CLASS ...]

adds a pair NAME.json, NAME.bin to FOLDER/opinfo/modules for each module class, and the classes to FOLDER/opinfo/index.json. Then
TORSH_CONFORMANCE=FOLDER npm test -- test/golden-modules.test.js replays them: construct, load the parameters, forward, backward.
Inputs come from module_db (common_modules) and the older tables of common_nn, each in training and evaluation mode and in float32 and float64.
"""
import copy
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from opinfo import File, Unsupported, encode, flat, noise_of, to_double, weights_of  # noqa: E402

import torch  # noqa: E402
from torch.testing._internal import common_modules, common_nn  # noqa: E402

DTYPES = (torch.float32, torch.float64)
FORMAT = "opinfo-golden/1"


class Case:
    """One way to make a module and to call it; make() draws the inputs."""

    def __init__(self, cls, source, desc, make):
        self.cls, self.source, self.desc, self.make = cls, source, desc, make


def from_module_db():
    for info in common_modules.module_db:
        cls = info.module_cls
        if cls.__module__.startswith("torch.nn.modules"):
            for training in (True, False):
                count = len(info.module_inputs_func(info, "cpu", torch.float32, True, training))
                for i in range(count):
                    def make(dtype, info=info, training=training, i=i):
                        m = info.module_inputs_func(info, "cpu", dtype, True, training)[i]
                        f = m.forward_input
                        return m.constructor_input.args, m.constructor_input.kwargs, f.args, f.kwargs
                    yield Case(cls, "module_db", f"{i}", make), training


def cast(v, dtype, grad=False):
    if isinstance(v, torch.Tensor):
        v = v.detach()
        if v.is_complex():
            raise Unsupported
        return v.to(dtype).requires_grad_(grad or v.requires_grad) if v.is_floating_point() else v
    return type(v)(cast(x, dtype, grad) for x in v) if type(v) in (tuple, list) else v


def from_common_nn():
    tables = [(t, False) for t in (common_nn.module_tests, common_nn.new_module_tests)] + [(common_nn.criterion_tests, True)]
    for table, criterion in tables:
        for test in table:
            cls = getattr(torch.nn, test.get("module_name", ""), None)
            if "constructor" in test or cls is None:
                continue

            def sized(sizes):
                return [sized(s) for s in sizes] if isinstance(sizes, list) else sizes.double() if isinstance(sizes, torch.Tensor) else torch.randn(sizes)

            def make(dtype, test=test, criterion=criterion):
                def part(name, default=()):
                    if name in test:
                        return copy.deepcopy(test[name])
                    if name + "_fn" in test:
                        return test[name + "_fn"]()
                    return sized(test[name + "_size"]) if name + "_size" in test else default
                args = part("input")
                args = tuple(args) if isinstance(args, (tuple, list)) else (args,)
                args = cast(args, dtype, True)
                if criterion:
                    args = (*args, cast(part("target"), dtype), *cast(tuple(part("extra_args")), dtype))
                return cast(tuple(part("constructor_args")), dtype), {}, args, {}
            for training in (True, False):
                yield Case(cls, "common_nn", test.get("fullname", test.get("desc", "")), make), training


def argument(v, file, known):
    if isinstance(v, torch.nn.Module):
        return {"module": f"torch.nn.{type(v).__name__}"}
    if callable(v) and getattr(torch.nn.functional, getattr(v, "__name__", ""), None) is v:
        return {"function": f"torch.nn.functional.{v.__name__}"}
    return encode(v, file, known)


def prepare(module):
    """Values that tell: no parameter is all zeros or ones, no running statistic as it was born."""
    with torch.no_grad():
        for p in module.parameters():
            if p.numel() and bool(((p == 0).all() | (p == 1).all())):
                p.add_(torch.empty_like(p).uniform_(0, 0.5))
        for name, b in module.named_buffers():
            if name.endswith("running_mean"):
                b.uniform_(0, 0.5)
            if name.endswith("running_var"):
                b.uniform_(0.5, 1.5)


def run(module, args, kwargs, seed=0):
    torch.manual_seed(seed)
    result = module(*args, **kwargs)
    outputs = flat(result)
    wanted = [t for t in flat(list(args)) + flat(list(kwargs.values())) if t.requires_grad]
    params = [p for p in module.parameters()]
    if not any(o.requires_grad for o in outputs):
        return result, outputs, None, wanted, params
    weights = weights_of(outputs)
    total = sum((o * w).sum() for o, w in zip(outputs, weights) if w is not None)
    return result, outputs, (weights, torch.autograd.grad(total, wanted + [p for p in params if p.requires_grad], allow_unused=True)), wanted, params


def record(case, training, dtype, index, file):
    torch.manual_seed(index)
    ctor_args, ctor_kwargs, args, kwargs = case.make(dtype)
    leaf = lambda v: v.detach().clone().requires_grad_(v.requires_grad) if isinstance(v, torch.Tensor) else type(v)(leaf(x) for x in v) if type(v) in (tuple, list) else v
    args, kwargs = leaf(args), {k: leaf(v) for k, v in kwargs.items()}
    known = {}
    name = case.cls.__name__
    entry = {"id": f"nn.{name}|{index}", "index": index, "source": case.source, "desc": case.desc, "dtype": str(dtype)[6:], "module": f"torch.nn.{name}",
             "constructor": {"args": [argument(a, file, known) for a in ctor_args], "kwargs": {k: argument(v, file, known) for k, v in ctor_kwargs.items() if k not in ("dtype", "device")}},
             "training": training}
    torch.manual_seed(0)
    module = case.cls(*ctor_args, **ctor_kwargs).to(dtype).train(training)
    if any(isinstance(p, torch.nn.parameter.UninitializedTensorMixin) for p in [*module.parameters(), *module.buffers()]):
        module(*args, **kwargs)
        torch.manual_seed(0)
    prepare(module)
    again, double = copy.deepcopy(module), copy.deepcopy(module).double()
    state = {k: v.clone() for k, v in module.state_dict().items()}
    entry["state_dict"] = {k: file.ref(v, {}) for k, v in state.items()}
    entry["args"] = [encode(a, file, known) for a in args]
    entry["kwargs"] = {k: encode(v, file, known) for k, v in kwargs.items()}
    result, outputs, grads, wanted, params = run(module, args, kwargs)
    if not all(torch.equal(a.detach().nan_to_num(), b.detach().nan_to_num()) for a, b in zip(outputs, run(again, args, kwargs, seed=1)[1])):
        raise Unsupported  # random
    entry["output"] = encode(result, file, {})
    after = {k: file.ref(v, {}) for k, v in module.state_dict().items() if not torch.equal(v, state[k])}
    if after:
        entry["state_dict_after"] = after
    noise = {}
    if dtype == torch.float32:
        wide = run(double, to_double(args), {k: to_double(v) for k, v in kwargs.items()})
        noise["out"] = noise_of(outputs, wide[1])
        if grads and wide[2]:
            noise["grad"] = noise_of(grads[1], wide[2][1])
    if grads:
        entry["grad"] = {"weights": [None if w is None else file.ref(w, {}) for w in grads[0]],
                         "inputs": [{"t": known[id(t)][0]["t"], "grad": None if g is None else file.ref(g, {})} for t, g in zip(wanted, grads[1])],
                         "params": {n: None if g is None else file.ref(g, {}) for n, g in zip([n for n, p in module.named_parameters() if p.requires_grad], grads[1][len(wanted):])}}
    if noise:
        entry["noise"] = noise
    return entry


def main():
    folder, names = sys.argv[1], set(sys.argv[2:])
    torch.set_num_threads(1)
    path = os.path.join(folder, "opinfo", "index.json")
    os.makedirs(os.path.join(folder, "opinfo", "modules"), exist_ok=True)
    index = json.load(open(path)) if os.path.exists(path) else {"format": FORMAT, "set": "generated", "torch": torch.__version__, "ops": {}, "modules": {}}
    groups = {}
    for case, training in [*from_module_db(), *from_common_nn()]:
        if not names or case.cls.__name__ in names:
            groups.setdefault(case.cls.__name__, []).append((case, training))
    for name, cases in groups.items():
        file, samples, lost = File(), [], 0
        for case, training in cases:
            for dtype in DTYPES:
                try:
                    samples.append(record(case, training, dtype, len(samples), file))
                except Exception as error:  # random, sparse, complex, or what PyTorch refuses
                    lost += 1
                    if os.environ.get("VERBOSE"):
                        print(name, case.desc, dtype, type(error).__name__, str(error)[:200])
        if not samples:
            continue
        stem = f"modules/{name}"
        head = {"op": f"nn.{name}", "tier": 1, "paths": [f"torch.nn.{name}"], "variants": {}, "format": FORMAT, "set": "generated", "torch": torch.__version__,
                "bin": f"{name}.bin", "bin_bytes": len(file.bytes)}
        with open(os.path.join(folder, "opinfo", f"{stem}.json"), "w") as f:
            json.dump({**head, "tensors": file.tensors, "samples": samples, "errors": []}, f)
        with open(os.path.join(folder, "opinfo", f"{stem}.bin"), "wb") as f:
            f.write(file.bytes)
        index["modules"][name] = {"file": stem, "tier": 1, "samples": len(samples), "errors": 0, "paths": [f"torch.nn.{name}"]}
        print(name, len(samples), f"({lost} left out)" if lost else "", flush=True)
    with open(path, "w") as f:
        json.dump(index, f)


main()
