"""One training or sampling step of the reference U-Net (lucidrains/denoising-diffusion-pytorch, commit 1345a8a), timed.

Needs REFERENCE_DDPM (a checkout of that commit) and REFERENCE_EINOPS (a checkout of einops) and Debian's python3-torch.
Prints one JSON line: {"seconds": median seconds per step, "rss": peak resident bytes}.
"""
import argparse
import json
import os
import resource
import statistics
import sys
import time
import types

# Only arithmetic is imported from the reference; these are its imports for the training script.
for name, attributes in {"accelerate": ["Accelerator"], "ema_pytorch": ["EMA"], "tqdm": ["tqdm"], "tqdm.auto": ["tqdm"]}.items():
    module = types.ModuleType(name)
    for attribute in attributes:
        setattr(module, attribute, object)
    sys.modules[name] = module
sys.path[:0] = [os.environ["REFERENCE_DDPM"], os.environ["REFERENCE_EINOPS"]]

import torch  # noqa: E402
from denoising_diffusion_pytorch.denoising_diffusion_pytorch import GaussianDiffusion, Unet  # noqa: E402

arguments = argparse.ArgumentParser()
arguments.add_argument("mode", choices=["train", "sample"])
arguments.add_argument("--dim", type=int, required=True)
arguments.add_argument("--mults", required=True)
arguments.add_argument("--size", type=int, required=True)
arguments.add_argument("--batch", type=int, required=True)
arguments.add_argument("--steps", type=int, default=5)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--device", default="cpu")
options = arguments.parse_args()

torch.set_num_threads(options.threads)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
torch.manual_seed(3407)
unet = Unet(dim=options.dim, dim_mults=tuple(map(int, options.mults.split(","))))
diffusion = GaussianDiffusion(unet, image_size=options.size).to(options.device)
optimiser = torch.optim.Adam(diffusion.parameters(), lr=1e-4)
images = torch.rand(options.batch, 3, options.size, options.size, device=options.device)
synchronise = torch.cuda.synchronize if options.device != "cpu" else lambda: None


def train():
    diffusion(images).backward()
    optimiser.step()
    optimiser.zero_grad()


@torch.no_grad()
def sample():
    diffusion.p_sample(images, 500)


step = train if options.mode == "train" else sample
step()  # warm up
seconds = []
for _ in range(options.steps):
    begin = time.perf_counter()
    step()
    synchronise()
    seconds.append(time.perf_counter() - begin)
print(json.dumps({"seconds": statistics.median(seconds), "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
