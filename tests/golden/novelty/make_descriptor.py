"""
A small network as TorchScript, descriptor.torchscript.pt, and what it gives for two pictures, as descriptor.bin and descriptor.json.
Pictures are resized and normalised as SSCD's README does: torchvision's Resize of a PIL image, ImageNet's mean and deviation.

    python3 make_descriptor.py

Made with torch 1.13.1, torchvision 0.14.1, Pillow 9.4. Format of the files: ../ddpm/GOLDEN.md.
"""
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision import transforms


class Descriptor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 8, 5, stride=4)
        self.norm = torch.nn.BatchNorm2d(8)
        self.linear = torch.nn.Linear(8, 6)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        return self.linear(x.mean(dim=[2, 3]))


torch.manual_seed(3407)
network = Descriptor()
network.norm.running_mean.uniform_(-0.1, 0.1)
here = Path(__file__).parent
# Saved in training mode: whoever loads it must switch it to evaluation.
torch.jit.script(network.train()).save(str(here / "descriptor.torchscript.pt"))
network.eval()

pictures = np.random.default_rng(3407).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
prepare = transforms.Compose([
    transforms.Resize((288, 288)), transforms.ToTensor(), transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]),
])
with torch.no_grad():
    vectors = torch.cat([network(prepare(Image.fromarray(picture))[None]) for picture in pictures])
vectors = torch.nn.functional.normalize(vectors).numpy()
blob, entries = b"", {}
for name, value, dtype in (("pictures", pictures, "u1"), ("vectors", vectors, "f4")):
    entries[name] = {"dtype": dtype, "shape": list(value.shape), "offset": len(blob), "nbytes": value.nbytes}
    blob += value.tobytes()
(here / "descriptor.bin").write_bytes(blob)
(here / "descriptor.json").write_text(json.dumps({"tensors": entries}, indent=1) + "\n")
