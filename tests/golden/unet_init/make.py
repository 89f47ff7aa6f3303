"""Makes unet_init.json: initial weights of the reference U-Net from torch.manual_seed(3407), as hashes.

    REFERENCE=<checkout of lucidrains/denoising-diffusion-pytorch at 1345a8a> EINOPS=<checkout of arogozhnikov/einops> \
        python3 make.py > unet_init.json

The modules below are imported by the reference but do nothing for the U-Net, so that stubs stand in for them.
"""
import hashlib, importlib.util, json, os, sys, types

for name, members in {"tqdm": ["tqdm"], "tqdm.auto": ["tqdm"], "ema_pytorch": ["EMA"], "accelerate": ["Accelerator"]}.items():
    module = types.ModuleType(name)
    for member in members:
        setattr(module, member, None)
    sys.modules[name] = module
sys.path.insert(0, os.environ["EINOPS"])

import torch

# The file alone: the package imports much that the U-Net does not need.
spec = importlib.util.spec_from_file_location(
    "reference", os.environ["REFERENCE"] + "/denoising_diffusion_pytorch/denoising_diffusion_pytorch.py")
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)

torch.manual_seed(3407)
net = reference.Unet(dim=8, dim_mults=(1, 2))
weights = {}
for name, value in net.state_dict().items():
    data = value.numpy().astype("<f4")
    weights[name] = {
        "shape": list(value.shape),
        "sha256_16": hashlib.sha256(data.tobytes()).hexdigest()[:16],
        "first": float(data.flat[0]),
    }
head = {"net": "Unet(dim=8, dim_mults=(1, 2))", "commit": "1345a8a", "seed": 3407, "torch": torch.__version__}
lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in weights.items())
print(json.dumps(head)[:-1] + ',\n "state_dict": {\n' + lines + "\n}}")
