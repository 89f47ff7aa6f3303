"""One phase of StyleGAN2's training in NVlabs/stylegan2-ada-pytorch, or one batch of drawn icons, timed: what StyleGan2Benchmark.cs does.

Needs REFERENCE_STYLEGAN2 (a checkout of that repository at commit d72cc7d; on the CPU it runs its `impl='ref'` by itself) and Debian's
python3-torch. Prints one JSON line: {"seconds": median seconds per phase, "cpu": the same in CPU seconds, "rss": peak resident bytes}.
"""
import argparse
import json
import os
import resource
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
sys.path.insert(0, os.environ["REFERENCE_STYLEGAN2"])

import torch  # noqa: E402
import training.loss  # noqa: E402
import training.networks as networks  # noqa: E402

PHASES = {"generator": ("Gmain", 1), "path-length": ("Greg", 4), "discriminator": ("Dmain", 1), "r1": ("Dreg", 16)}

arguments = argparse.ArgumentParser()
arguments.add_argument("phase", choices=[*PHASES, "sample"])
arguments.add_argument("--size", type=int, default=128)
arguments.add_argument("--channel-base", type=int, default=4096)
arguments.add_argument("--channel-max", type=int, default=128)
arguments.add_argument("--batch", type=int, default=4)
arguments.add_argument("--steps", type=int, default=5)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--device", default="cpu")
options = arguments.parse_args()

torch.set_num_threads(options.threads)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
torch.manual_seed(3407)
training.loss.training_stats.report = lambda *_, **__: None
width = dict(channel_base=options.channel_base, channel_max=options.channel_max, num_fp16_res=0)
g = networks.Generator(
    z_dim=512, c_dim=0, w_dim=512, img_resolution=options.size, img_channels=3, mapping_kwargs=dict(num_layers=2), synthesis_kwargs=width)
g = g.to(options.device).requires_grad_(False)
labels = torch.zeros(options.batch, 0, device=options.device)
synchronise = torch.cuda.synchronize if options.device != "cpu" else lambda: None

if options.phase == "sample":
    g.eval()
    z = torch.randn(options.batch, 512, device=options.device)

    @torch.no_grad()
    def step():
        g(z, labels, noise_mode="const")
else:
    d = networks.Discriminator(c_dim=0, img_resolution=options.size, img_channels=3, epilogue_kwargs=dict(mbstd_group_size=4), **width)
    d = d.to(options.device).requires_grad_(False)
    name, interval = PHASES[options.phase]
    network = g if name[0] == "G" else d
    loss = training.loss.StyleGAN2Loss(
        device=options.device, G_mapping=g.mapping, G_synthesis=g.synthesis, D=d, style_mixing_prob=0.9, r1_gamma=10, pl_weight=2)
    share = 4 / 5 if network is g else 16 / 17
    optimiser = torch.optim.Adam(network.parameters(), lr=0.002 * share, betas=(0, 0.99 ** share), eps=1e-8)
    real = torch.rand(options.batch, 3, options.size, options.size, device=options.device) * 2 - 1

    def step():
        optimiser.zero_grad(set_to_none=True)
        network.requires_grad_(True)
        z = torch.randn(options.batch, 512, device=options.device)
        loss.accumulate_gradients(phase=name, real_img=real, real_c=labels, gen_z=z, gen_c=labels, sync=True, gain=interval)
        network.requires_grad_(False)
        for parameter in network.parameters():
            torch.nan_to_num(parameter.grad, nan=0, posinf=1e5, neginf=-1e5, out=parameter.grad)
        optimiser.step()


step()  # warm up
seconds, cpu = [], []
for _ in range(options.steps):
    begin, cpu_begin = time.perf_counter(), time.process_time()
    step()
    synchronise()
    seconds.append(time.perf_counter() - begin)
    cpu.append(time.process_time() - cpu_begin)
print(json.dumps({
    "seconds": statistics.median(seconds), "cpu": statistics.median(cpu),
    "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
