#!/usr/bin/env python3
"""Runs our benchmarks and a peer in turn and prints the ratios as a Markdown table. See README.md beside this file."""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
ours = ["dotnet", str(here / "bin/Release/net10.0/icon-benchmark.dll")]
python = os.environ.get("REFERENCE_PYTHON", "/usr/bin/python3")

NETS = {  # name: (dim, mults, size, batch, steps timed after one to warm up)
    "dim 32 (1,2,4,8), 32×32, batch 16": (32, "1,2,4,8", 32, 16, 15),
    "dim 64 (1,2,4,8), 64×64, batch 8": (64, "1,2,4,8", 64, 8, 5),
    "dim 64 (1,2,4,8), 128×128, batch 4": (64, "1,2,4,8", 128, 4, 3),
    "dim 64 (1,4,16), 64×64, batch 8": (64, "1,4,16", 64, 8, 3),
    "dim 64 (1,16), 64×64, batch 8": (64, "1,16", 64, 8, 2),
}


GANS = {  # name: (method, width, batch); DCGAN trains both networks, WGAN-GP its critic
    "DCGAN iteration, 128×128, ngf 64, batch 16": ("dcgan", 64, 16),
    "WGAN-GP critic iteration, 128×128, dim 16, batch 16": ("wgan-gp", 16, 16),
}


def net_arguments(net):
    dim, mults, size, batch, steps = net
    return ["--dim", str(dim), "--mults", mults, "--size", str(size), "--batch", str(batch), "--steps", str(steps)]


def cases():
    for mode in ("train", "sample"):
        for name, net in NETS.items():
            yield f"{mode} {name}", [mode, *net_arguments(net)], ["reference_unet.py", mode, *net_arguments(net)]
    for name, (method, width, batch) in GANS.items():
        shape = [method, "--size", "128", "--width", str(width), "--batch", str(batch)]
        yield name, shape, ["reference_gan.py", *shape]
    for phase, batch in {"generator": 4, "path-length": 4, "discriminator": 4, "r1": 4, "sample": 16}.items():
        shape = ["stylegan2", phase, "--batch", str(batch)]
        yield f"StyleGAN2 {phase}, 128×128, channel base 4096, batch {batch}", shape, ["reference_stylegan2.py", *shape[1:]]
    yield "Inception features, batch 32", ["inception"], ["reference_inception.py"]
    yield "FID, 158 against 1024 vectors", ["metric", "fid"], None
    yield "NN MAE, 1024 against 158 icons of 128×128", ["metric", "mae"], None


def run(command, environment):
    done = subprocess.run(command, capture_output=True, text=True, cwd=here, env=environment)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def alike(pair, device):
    """CPU seconds where both sides tell them, which others on the machine blur less; else wall seconds of both."""
    tells = device == "cpu" and all("cpu" in side for side in pair if side)
    return tuple(side and side | {"seconds": side["cpu"] if tells else side["seconds"]} for side in pair)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=3, help="how often each is run, in turn (default 3)")
    options.add_argument("--only", default="", help="only cases whose name contains this")
    options.add_argument("--device", default="cpu")
    options.add_argument("--threads", default="2")
    options.add_argument("--peer", default="composed", help="composed: the same program without our kernels, which is eager libtorch "
                         "(default); reference: the public Python code; or a checkout of ours, built, such as the release before")
    options = options.parse_args()

    environment = dict(os.environ)
    # As `icon` sets it, for both alike: memory is kept, in large pages.
    environment.setdefault("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=2147483647:"
                                             "glibc.malloc.top_pad=268435456:glibc.malloc.arena_max=1")
    # The reference is told its core type: OpenBLAS 0.3.21 takes new processors for very old ones.
    if "avx512f" in Path("/proc/cpuinfo").read_text():
        environment.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
    # And not to spin while it waits, which on a busy machine takes the time from its own threads.
    environment.setdefault("OMP_WAIT_POLICY", "passive")
    of_peer = environment | ({"ICONDIFFUSION_KERNELS": "none"} if options.peer == "composed" else {})

    print("| what | peer s | ours s | ratio | peer GB | ours GB | ratio |\n|---|---:|---:|---:|---:|---:|---:|")
    for name, mine, theirs in cases():
        if options.only not in name:
            continue
        if options.peer == "composed":
            theirs = [*ours, *mine]
        elif options.peer != "reference":
            theirs = ["dotnet", str(Path(options.peer) / "benchmarks/bin/Release/net10.0/icon-benchmark.dll"), *mine]
        elif theirs:
            theirs = [python, *theirs]
        common = ["--threads", options.threads]
        device = ["--device", options.device] if mine[0] != "metric" else []
        pairs = []
        for _ in range(options.pairs):
            a = run([*theirs, *common, *device], of_peer) if theirs else None
            pairs.append(alike((a, run([*ours, *mine, *common, *device], environment)), options.device))
        middle = lambda values: statistics.median(values)
        own, own_rss = middle(b["seconds"] for _, b in pairs), max(b["rss"] for _, b in pairs)
        if theirs:
            other, other_rss = middle(a["seconds"] for a, _ in pairs), max(a["rss"] for a, _ in pairs)
            ratio = middle(b["seconds"] / a["seconds"] for a, b in pairs)
            print(f"| {name} | {other:.3f} | {own:.3f} | **{ratio:.2f}** | {other_rss / 1e9:.2f} | {own_rss / 1e9:.2f} | {own_rss / other_rss:.2f} |", flush=True)
        else:
            print(f"| {name} | – | {own:.3f} | – | – | {own_rss / 1e9:.2f} | – |", flush=True)


if __name__ == "__main__":
    main()
