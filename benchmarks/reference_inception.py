"""FID Inception features of one batch of icons by the reference (mseitzer/pytorch-fid), timed, with random weights.

Needs REFERENCE_FID (the src folder of a checkout) and Debian's python3-torch and python3-torchvision.
Prints one JSON line: {"seconds": median seconds per batch, "rss": peak resident bytes}.
"""
import argparse
import importlib.util
import json
import os
import resource
import statistics
import time
from pathlib import Path

import torch

# The network alone: pytorch_fid/__init__.py would import what only its command line needs.
source = Path(os.environ["REFERENCE_FID"]) / "pytorch_fid" / "inception.py"
spec = importlib.util.spec_from_file_location("inception", source)
inception = importlib.util.module_from_spec(spec)
spec.loader.exec_module(inception)

arguments = argparse.ArgumentParser()
arguments.add_argument("--size", type=int, default=128)
arguments.add_argument("--batch", type=int, default=32)
arguments.add_argument("--steps", type=int, default=3)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--device", default="cpu")
options = arguments.parse_args()

torch.set_num_threads(options.threads)
torch.manual_seed(3407)
inception.load_state_dict_from_url = lambda *_, **__: inception._inception_v3(num_classes=1008, aux_logits=False, weights=None).state_dict()
network = inception.InceptionV3().eval().to(options.device)
images = torch.rand(options.batch, 3, options.size, options.size, device=options.device)
synchronise = torch.cuda.synchronize if options.device != "cpu" else lambda: None


@torch.no_grad()
def features():
    network(images)


features()  # warm up
seconds = []
for _ in range(options.steps):
    begin = time.perf_counter()
    features()
    synchronise()
    seconds.append(time.perf_counter() - begin)
print(json.dumps({"seconds": statistics.median(seconds), "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
