# SPDX-License-Identifier: BSD-3-Clause
"""The weights that store_samples writes, as PyTorch tensors. Exit code 77: PyTorch is not installed.

The safetensors package reads them too where there is one; Debian 12 has none, so the format is read by hand here.
"""
import json
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

DTYPES = {"F32": torch.float32, "F64": torch.float64}


def load(path):
    with open(path, "rb") as file:
        content = file.read()
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    data = bytearray(content[8 + length :])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        dtype = DTYPES[entry["dtype"]]
        width = torch.tensor([], dtype=dtype).element_size()
        assert begin % width == 0
        flat = torch.frombuffer(data, dtype=dtype, count=(end - begin) // width, offset=begin)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, metadata


def check(tensors):
    weight = torch.arange(3).reshape(3, 1) + torch.arange(4) / 8
    assert set(tensors) == {"w_rec.weight", "odd", "task.centres", "step"}
    assert tensors["w_rec.weight"].dtype == torch.float32
    assert torch.equal(tensors["w_rec.weight"], weight)
    assert torch.equal(tensors["odd"], torch.tensor([0.5]))
    assert torch.equal(tensors["task.centres"], weight.double())
    assert tensors["step"].shape == () and tensors["step"].item() == 2500


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True)
    tensors, metadata = load(f"{folder}/weights.safetensors")
    assert list(tensors) == ["w_rec.weight", "odd", "task.centres", "step"]
    assert metadata == {"format": "pt", "network": "träume"}
    check(tensors)
    try:
        from safetensors.torch import load_file
    except ImportError:
        print("the safetensors package is not installed: read by hand only")
    else:
        check(load_file(f"{folder}/weights.safetensors"))
