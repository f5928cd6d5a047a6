"""Writes states/ and states.json: small files of torch.save and of NumPy in every format there is, and what each holds.
Run by hand in this folder. The files of the old format differ from run to run: their keys are addresses of memory."""
import io
import os
import pickle
import zipfile
from collections import OrderedDict, defaultdict
import numpy as np
import torch
from torch import nn
from golden import save

TYPES = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "Bool",
         torch.complex64: "C64", torch.complex128: "C128"}
NUMPY = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8",
         "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "Bool", "complex64": "C64",
         "complex128": "C128"}
cases = []
torch.manual_seed(7)
# The old format keeps the source of each module's class; a word stands for it.
torch.serialization.get_source_lines_and_file = lambda obj: (["class ...\n"], 1, "net.py")


def bits(tensor):
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.view(torch.int16)
    return tensor.numpy().tobytes().hex()


def walk(value, path, tensors, values):
    if isinstance(value, torch.Tensor):
        tensors.append([path, TYPES[value.dtype], list(value.shape), bits(value)])
    elif isinstance(value, nn.Module):
        walk(value.state_dict(), path, tensors, values)
    elif isinstance(value, dict):
        for key, inner in value.items():
            walk(inner, f"{path}.{key}" if path else str(key), tensors, values)
    elif isinstance(value, (list, tuple, torch.Size)):
        for i, inner in enumerate(value):
            walk(inner, f"{path}.{i}" if path else str(i), tensors, values)
    elif isinstance(value, (float, np.floating)):
        values.append([path, repr(float(value)).upper()])       # 1E-08, as .NET writes it
    elif isinstance(value, np.generic):
        values.append([path, repr(value.item())])
    else:
        values.append([path, value if isinstance(value, str) else str(value)])


def case(file, format, value):
    tensors, values = [], []
    walk(value, "", tensors, values)
    cases.append({"file": file, "format": format, "tensors": tensors, "values": values})


def torch_case(name, value, protocol=2, legacy=False):
    file = name + ".pt"
    torch.save(value, "states/" + file, pickle_protocol=protocol, _use_new_zipfile_serialization=not legacy)
    case(file, "PyTorchLegacy" if legacy else "PyTorch", value)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(2, 2, bias=False), nn.BatchNorm1d(2), nn.ReLU())
        self.act = torch.nn.functional.relu
        self.scale = nn.Parameter(torch.tensor([1.5]))
        self.register_buffer("kept", torch.arange(3))
        self.register_buffer("passing", torch.ones(4), persistent=False)
        self.register_parameter("nothing", None)
        self.unset = None
        self.settings = {"width": 2, "names": ["a", "b"]}


def net():
    result = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.ReLU(), nn.Linear(2, 2))
    result(torch.randn(5, 3))
    return result


def kinds():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
    ramp = torch.arange(-3, 3)
    tied = torch.randn(3, 2)
    return {"f64": torch.tensor([1e-300, -0.1, float("inf"), float("nan")], dtype=torch.float64),
            "f32": torch.tensor([0.1, -0.0, float("nan"), 1e-45]), "f16": torch.tensor([1.5, -2, 65504, 6e-8]).half(),
            "bf16": torch.tensor([1.5, 3e38, float("-inf"), 1e-40]).bfloat16(), "i64": ramp * 2**40, "i32": ramp.int() * 2**20,
            "i16": ramp.short() * 1000, "i8": ramp.char(), "u8": torch.tensor([0, 7, 255], dtype=torch.uint8),
            "bool": torch.tensor([[True, False], [False, True]]), "c64": torch.tensor([1 + 2j, -1j]),
            "c128": torch.tensor([0.5 - 3j], dtype=torch.complex128), "scalar": torch.tensor(0.25), "count": torch.tensor(41),
            "empty": torch.empty(0, 3), "view": base[1:3], "column": base[:, 2], "transposed": base.t(), "corner": base[2:, 3:5],
            "expanded": torch.tensor([[2.5], [3.5]]).expand(2, 4), "tied.a": tied, "tied.b": tied,
            "last": nn.Conv2d(3, 2, 2).to(memory_format=torch.channels_last).weight}


def checkpoint():
    model = net()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model(torch.randn(5, 3)).sum().backward()
    optimizer.step()
    counts = defaultdict(int)
    counts["cat"] = 3
    return {"epoch": 3, "step": 70_000, "negative": -5, "large": 2**40, "seed": 2**63 + 11, "best": 0.875, "numpy": np.float64(0.1),
            "whole": np.int32(-7), "flags": [True, False, None], "pair": (1, "zwei"), "name": "Größe 1", "size": torch.Size([3, 4]),
            "dtype": torch.float32, "device": torch.device("cuda:1"), "counts": counts, 7: "seven",
            "model": model.state_dict(), "optimizer": optimizer.state_dict(), "rng": torch.get_rng_state()[:32].clone()}


if not os.path.isdir("states"):
    os.mkdir("states")
for protocol in (2, 3, 4, 5):
    torch_case(f"state-{protocol}", net().state_dict(), protocol)
torch_case("state-legacy", net().state_dict(), legacy=True)
torch_case("state-legacy-4", net().state_dict(), 4, legacy=True)
torch_case("kinds", kinds())
torch_case("kinds-legacy", kinds(), legacy=True)
torch_case("checkpoint", checkpoint())
torch_case("checkpoint-5", checkpoint(), 5)
torch_case("checkpoint-legacy", checkpoint(), legacy=True)
torch_case("module", Block())
torch_case("module-4", {"epoch": 1, "model": Block()}, 4)
torch_case("module-legacy", nn.Sequential(Block(), nn.Identity()), legacy=True)
torch_case("parallel", {"state_dict": nn.DataParallel(net()).state_dict()})
torch_case("tensor", torch.tensor([1.0, 2.0]))
torch_case("many", [{"w": torch.tensor([float(i)])} for i in range(40)])     # more than 255 values in the memo

arrays = {}
for dtype, name in NUMPY.items():
    values = (np.arange(6) * 3 - (0 if dtype.startswith("u") else 4)).astype(dtype).reshape(2, 3)
    arrays[f"{dtype}"] = values
    if values.itemsize > 1:
        arrays[f"{dtype}-big"] = values.astype(values.dtype.newbyteorder(">"))
arrays["fortran"] = np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4))
arrays["fortran-big"] = np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3))
arrays["scalar"] = np.array(2.5)
arrays["vector"] = np.array([7], dtype=np.uint8)
arrays["empty"] = np.zeros((0, 5), dtype=np.float32)
arrays["folder/name"] = np.array([1], dtype=np.int8)


def told(values):
    return [[name, NUMPY[array.dtype.newbyteorder("=").name], list(array.shape),
             np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).tobytes().hex()] for name, array in values.items()]


def archive(file, compression):
    # np.savez dates its entries by the clock.
    with zipfile.ZipFile("states/" + file, "w", compression) as out:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array)
            out.writestr(zipfile.ZipInfo(name + ".npy"), content.getvalue(), compression)
    cases.append({"file": file, "format": "Npz", "tensors": told(arrays), "values": []})


archive("stored.npz", zipfile.ZIP_STORED)
archive("deflated.npz", zipfile.ZIP_DEFLATED)
for version in ((1, 0), (2, 0), (3, 0)):
    file = f"version-{version[0]}.npy"
    with open("states/" + file, "wb") as out:
        np.lib.format.write_array(out, arrays["fortran"], version)
    cases.append({"file": file, "format": "Npy", "tensors": told({f"version-{version[0]}": arrays["fortran"]}), "values": []})
save("states.json", cases=cases)
