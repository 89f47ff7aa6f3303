"""One training iteration of a GAN in plain PyTorch, timed: what benchmarks/GanBenchmark.cs does, written as the references write it.

`dcgan` is pytorch/examples' dcgan/main.py with one more stage for 128 pixels; `wgan-gp` is one critic iteration (algorithm 1 of
Gulrajani et al. 2017) with the ResNets of igul222/improved_wgan_training, in caogang/wgan-gp's order. Needs Debian's python3-torch.
Prints one JSON line: {"seconds": median seconds per iteration, "cpu": the same in CPU seconds, "rss": peak resident bytes}.
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

arguments = argparse.ArgumentParser()
arguments.add_argument("method", choices=["dcgan", "wgan-gp"])
arguments.add_argument("--size", type=int, default=128)
arguments.add_argument("--width", type=int, required=True, help="ngf and ndf, or dim")
arguments.add_argument("--batch", type=int, default=16)
arguments.add_argument("--steps", type=int, default=5)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--device", default="cpu")
options = arguments.parse_args()


def dcgan_networks(width, size):
    stages = size.bit_length() - 3  # doublings of 4 pixels
    generator = [nn.ConvTranspose2d(100, width << (stages - 1), 4, 1, 0, bias=False)]
    discriminator = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
    for i in range(stages - 1):
        wide, narrow = width << (stages - 1 - i), width << (stages - 2 - i)
        generator += [nn.BatchNorm2d(wide), nn.ReLU(True), nn.ConvTranspose2d(wide, narrow, 4, 2, 1, bias=False)]
        discriminator += [nn.Conv2d(width << i, width << (i + 1), 4, 2, 1, bias=False), nn.BatchNorm2d(width << (i + 1)), nn.LeakyReLU(0.2, inplace=True)]
    generator += [nn.BatchNorm2d(width), nn.ReLU(True), nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh()]
    discriminator += [nn.Conv2d(width << (stages - 1), 1, 4, 1, 0, bias=False), nn.Sigmoid()]
    for network in (generator, discriminator):
        for layer in network:
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                nn.init.normal_(layer.weight, 0.0, 0.02)
    return nn.Sequential(*generator), nn.Sequential(*discriminator)


class ChannelwiseLayerNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(channels, 1, 1))
        self.offset = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x):
        return F.layer_norm(x, x.shape[1:]) * self.scale + self.offset


class UpBlock(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.shortcut = nn.Conv2d(before, after, 1)
        self.norm1, self.conv1 = nn.BatchNorm2d(before), nn.Conv2d(before, after, 3, padding=1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(after), nn.Conv2d(after, after, 3, padding=1)

    def forward(self, x):
        y = self.conv1(F.interpolate(F.relu(self.norm1(x)), scale_factor=2))
        return self.conv2(F.relu(self.norm2(y))) + self.shortcut(F.interpolate(x, scale_factor=2))


class DownBlock(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.shortcut = nn.Conv2d(before, after, 1)
        self.norm1, self.conv1 = ChannelwiseLayerNorm(before), nn.Conv2d(before, before, 3, padding=1, bias=False)
        self.norm2, self.conv2 = ChannelwiseLayerNorm(before), nn.Conv2d(before, after, 3, padding=1)

    def forward(self, x):
        y = self.conv1(F.relu(self.norm1(x)))
        return F.avg_pool2d(self.conv2(F.relu(self.norm2(y))), 2) + self.shortcut(F.avg_pool2d(x, 2))


def wgan_networks(dim, size):
    widths = [min(2 << i, 8) * dim for i in range(size.bit_length() - 3)]  # after each halving
    ups = [8 * dim, *widths[-2::-1], dim]
    generator = nn.Sequential(
        nn.Linear(128, 16 * 8 * dim), nn.Unflatten(1, (8 * dim, 4, 4)), *[UpBlock(a, b) for a, b in zip(ups, ups[1:])],
        nn.BatchNorm2d(dim), nn.ReLU(), nn.Conv2d(dim, 3, 3, padding=1), nn.Tanh())
    critic = nn.Sequential(
        nn.Conv2d(3, dim, 3, padding=1), *[DownBlock(a, b) for a, b in zip([dim, *widths], widths)], nn.Flatten(), nn.Linear(16 * widths[-1], 1))
    return generator, critic


def dcgan_step():
    label = torch.full((options.batch,), 1.0, device=options.device)
    d.zero_grad()
    loss(d(real).view(-1), label).backward()
    fake = g(torch.randn(options.batch, 100, 1, 1, device=options.device))
    loss(d(fake.detach()).view(-1), label.fill_(0.0)).backward()
    optimise_d.step()
    g.zero_grad()
    loss(d(fake).view(-1), label.fill_(1.0)).backward()
    optimise_g.step()


def wgan_step():
    d.zero_grad()
    with torch.no_grad():
        fake = g(torch.randn(options.batch, 128, device=options.device))
    (-d(real).mean()).backward()
    d(fake).mean().backward()
    between = (real + torch.rand(options.batch, 1, 1, 1, device=options.device) * (fake - real)).requires_grad_()
    scores = d(between)
    gradient = torch.autograd.grad(scores, between, torch.ones_like(scores), create_graph=True, retain_graph=True)[0]
    (10 * ((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()).backward()
    optimise_d.step()


torch.set_num_threads(options.threads)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
torch.manual_seed(3407)
if options.method == "dcgan":
    g, d = dcgan_networks(options.width, options.size)
    step, rate, betas, loss = dcgan_step, 2e-4, (0.5, 0.999), nn.BCELoss()
else:
    g, d = wgan_networks(options.width, options.size)
    step, rate, betas = wgan_step, 1e-4, (0.0, 0.9)
g, d = g.to(options.device), d.to(options.device)
optimise_g, optimise_d = (torch.optim.Adam(network.parameters(), lr=rate, betas=betas) for network in (g, d))
real = torch.rand(options.batch, 3, options.size, options.size, device=options.device) * 2 - 1
synchronise = torch.cuda.synchronize if options.device != "cpu" else lambda: None

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
