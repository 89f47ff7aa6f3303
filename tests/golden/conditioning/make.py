"""Makes conditioning.json and conditioning.bin: what the public implementations do with a small icon's noise, with guidance and with tags.

    IMAGEN=<checkout of lucidrains/imagen-pytorch at c166739> REFERENCE=<checkout of lucidrains/denoising-diffusion-pytorch at faed4db> \
        STYLEGAN2=<checkout of NVlabs/stylegan2-ada-pytorch at d72cc7d> EINOPS=<checkout of arogozhnikov/einops> python3 make.py

The file format and uniform() are those of ../ddpm/GOLDEN.md. Run with torch 1.13.1 of Debian 12, float32, CPU. Stubs stand in for modules that take no part in these
functions.

Small icons: GaussianDiffusionContinuousTimes('cosine').q_sample and get_condition, which is what Imagen.p_losses does with lowres_cond_img, at t = (level + 1)/1000. Comparable is
the forward process. On purpose not the same here (decision 23): it is normalised to no noise before the first step, where theirs begins with that of t = 0; the level is told as
a step and not as a log-SNR, is at most trainedNoise and is never shared by a batch; icons are brought to size by linear interpolation, theirs by the nearest pixel; and the
small icon's convolution is one of its own, whose sum with the other is theirs of both joined (UnetTests).

Guidance: Unet.forward_with_cond_scale of classifier_free_guidance.py, given the predictions with the class and without, remove_parallel_component=False and rescaled_phi=0, which
is the paper's; the two extras came later and are not here.

Tags: Generator.mapping and Discriminator of training/networks.py with labels, their weights from uniform(); of the generator no more is another than without labels. A label is
a row of ours: 1, then 1 for each tag.
"""
import importlib.util, json, os, sys, types
from unittest.mock import MagicMock

sys.path.insert(0, os.environ["EINOPS"])
import numpy as np
import torch

torch.set_num_threads(1)


class Stub(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock()


for name in [
    "tqdm", "tqdm.auto", "torchvision", "torchvision.transforms", "kornia", "kornia.augmentation", "beartype", "beartype.typing",
    "imagen_pytorch", "imagen_pytorch.t5", "imagen_pytorch.imagen_video", "torch.amp", "PIL", "ema_pytorch", "accelerate",
    "denoising_diffusion_pytorch", "denoising_diffusion_pytorch.version",
]:
    if name not in sys.modules:
        sys.modules[name] = Stub(name)
import typing
for word in ("List", "Union", "Optional"):
    setattr(sys.modules["beartype.typing"], word, getattr(typing, word))
sys.modules["beartype"].beartype = lambda f: f
sys.modules["imagen_pytorch.imagen_video"].Unet3D = type("Unet3D", (), {})
sys.modules["torch.amp"].autocast = lambda *a, **k: (lambda f: f)


def load(path):
    spec = importlib.util.spec_from_file_location("reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def uniform(name, shape, lo=-1.0, hi=1.0):
    mask, h = (1 << 64) - 1, 14695981039346656037
    for b in name.encode():
        h = ((h ^ b) * 1099511628211) & mask
    values = []
    for i in range(1, int(np.prod(shape)) + 1):
        z = (h + i * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        values.append(lo + (hi - lo) * ((2 * ((z >> 40) / 16777216.0) - 1) + 1) / 2)
    return torch.tensor(np.array(values, dtype="<f8").astype("<f4").reshape(shape))


tensors, data = {}, bytearray()


def keep(name, value):
    raw = value.detach().numpy().astype("<f4").tobytes()
    tensors[name] = {"dtype": "f4", "shape": list(value.shape), "offset": len(data), "nbytes": len(raw)}
    data.extend(raw)


shape = (2, 3, 4, 4)

imagen = load(os.environ["IMAGEN"] + "/imagen_pytorch/imagen_pytorch.py")
schedule = imagen.GaussianDiffusionContinuousTimes(noise_schedule="cosine", timesteps=1000)
for level in (99, 249, 499, 799):
    t = torch.full((2,), (level + 1) / 1000)
    noisy, log_snr, alpha, sigma = schedule.q_sample(uniform("small", shape), t, uniform("noise", shape))
    assert torch.equal(log_snr, schedule.get_condition(t))
    keep(f"small/{level}/noisy", noisy)
    keep(f"small/{level}/log_snr", log_snr[:1])
    keep(f"small/{level}/alpha", alpha.flatten()[:1])
keep("small/none/alpha", schedule.q_sample(uniform("small", shape), 0.0, uniform("noise", shape))[2].flatten()[:1])

reference = load(os.environ["REFERENCE"] + "/denoising_diffusion_pytorch/classifier_free_guidance.py")


class Given:
    """Predicts what it is given."""

    def forward(self, *, cond_drop_prob):
        return uniform("without" if cond_drop_prob == 1.0 else "with", shape)


for scale in (1.5, 3.0, 6.0):
    guided, _ = reference.Unet.forward_with_cond_scale(Given(), cond_scale=scale, remove_parallel_component=False)
    keep(f"guided/{scale:g}", guided)

sys.path.insert(0, os.environ["STYLEGAN2"])
from training import networks


def numbered(module, name):
    for key, value in module.state_dict().items():
        if not key.endswith(("resample_filter", "noise_const")):
            value.copy_(uniform(f"{name}.{key}", value.shape))
    return module.eval()


rows = torch.tensor([[1, 0, 0, 0], [1, 1, 0, 1], [1, 0, 1, 0], [1, 1, 1, 1]], dtype=torch.float32)
with torch.no_grad():
    mapping = numbered(networks.MappingNetwork(z_dim=8, c_dim=4, w_dim=8, num_ws=1, num_layers=2), "mapping")
    keep("tags/w", mapping(uniform("z", (4, 8)), rows)[:, 0])
    judge = numbered(networks.Discriminator(c_dim=4, img_resolution=16, img_channels=3, channel_base=64, channel_max=8), "judge")
icons = uniform("icons", (4, 3, 16, 16)).requires_grad_()
logits = judge(icons, rows)
keep("tags/logits", logits)
penalty, = torch.autograd.grad(logits.sum(), icons, create_graph=True)
penalty = penalty.square().sum([1, 2, 3])
keep("tags/r1", penalty)
penalty.mean().backward()
keep("tags/r1_gradient/embed", judge.mapping.embed.weight.grad)
keep("tags/r1_gradient/out", judge.b4.out.weight.grad)

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "conditioning.bin"), "wb") as file:
    file.write(data)
head = {"imagen": "c166739", "reference": "faed4db", "stylegan2": "d72cc7d", "torch": torch.__version__}
with open(os.path.join(here, "conditioning.json"), "w") as file:
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in tensors.items())
    file.write(json.dumps(head)[:-1] + ',\n "tensors": {\n' + lines + "\n}}\n")
