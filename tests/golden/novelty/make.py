"""
Expected figures of the novelty report from their public implementations, on small seeded features, as novelty.bin and novelty.json.

    python3 make.py --prdc DIR --dgm-eval DIR --data-copying DIR --torch-fidelity DIR --torchmetrics DIR

Each DIR is a checkout; novelty.json names the commits. Random choices of the implementations are written beside their results, so
that they can be repeated elsewhere. Format of the files: ../ddpm/GOLDEN.md.
"""
import argparse, ast, contextlib, hashlib, io, json, subprocess, sys, types
from pathlib import Path

import numpy as np
import scipy
import sklearn
import torch


def functions(path, names, scope):
    """Some functions of a file, without importing the package around it."""
    tree = ast.parse(Path(path).read_text())
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    exec(compile(tree, str(path), "exec"), scope)
    return types.SimpleNamespace(**{name: scope[name] for name in names})


def main():
    parser = argparse.ArgumentParser()
    sources = ["prdc", "dgm-eval", "data-copying", "torch-fidelity", "torchmetrics"]
    for source in sources:
        parser.add_argument("--" + source, required=True)
    dirs = vars(parser.parse_args())
    dirs = {name: Path(dirs[name.replace("-", "_")]) for name in sources}

    rng = np.random.default_rng(3407)
    scales = np.linspace(0.5, 2, 24)
    draw = lambda count: np.abs(rng.normal(size=(count, 24)) * scales).astype(np.float32)
    train, held, generated = draw(40), draw(25), draw(60)
    generated[:9] = train[rng.choice(40, 9)] + rng.normal(size=(9, 24)).astype(np.float32) * 0.02  # near copies
    tensors = {"train": train, "held": held, "generated": generated}
    wide = lambda x: x.astype(np.float64)
    json_out = {}

    # Precision, recall, density, coverage.
    sys.path.insert(0, str(dirs["prdc"]))
    from prdc import compute_prdc
    with contextlib.redirect_stdout(io.StringIO()):
        json_out["prdc"] = {k: float(v) for k, v in compute_prdc(wide(train), wide(generated), nearest_k=5).items()}

    # AuthPct, and FID∞ with its subsets.
    authpct = functions(dirs["dgm-eval"] / "dgm_eval/metrics/authpct.py", ["compute_authpct"], {"torch": torch})
    json_out["authpct"] = authpct.compute_authpct(train, generated)
    chosen = []

    class Recorder:
        def __init__(self):
            self._rng = np.random.default_rng(1)

        def choice(self, a, size, replace):
            chosen.append(self._rng.choice(len(a), size, replace=replace))
            return a[chosen[-1]]

    recording = types.SimpleNamespace(**{name: getattr(np, name) for name in dir(np) if name != "random"})
    recording.random = types.SimpleNamespace(default_rng=Recorder)
    from scipy import linalg
    from sklearn.linear_model import LinearRegression
    fd_file = dirs["dgm-eval"] / "dgm_eval/metrics/fd.py"
    names = ["compute_statistics", "compute_FD_with_stats", "compute_FD_infinity", "compute_efficient_FD_with_reps"]
    bar = lambda total, desc: types.SimpleNamespace(update=lambda n: None)
    fd = functions(fd_file, names, {"np": recording, "linalg": linalg, "LinearRegression": LinearRegression, "tqdm": bar})
    json_out["fid_infinity"] = float(fd.compute_FD_infinity(wide(train), wide(generated)))
    json_out["fid_of_subsets"] = [float(fd.compute_efficient_FD_with_reps(wide(train), wide(generated)[subset])) for subset in chosen]
    json_out["subsets"] = [subset.tolist() for subset in chosen]

    # C_T without cells, by Euclidean distance.
    from scipy.stats import mannwhitneyu
    from sklearn.neighbors import NearestNeighbors
    ct = functions(dirs["data-copying"] / "data_copying_tests.py", ["Zu"], {"np": np, "NN": NearestNeighbors, "mannwhitneyu": mannwhitneyu})
    json_out["ct"] = float(np.squeeze(ct.Zu(wide(held), wide(generated), wide(train))))
    json_out["ct_of_held_out_first_half"] = float(np.squeeze(ct.Zu(wide(held[12:]), wide(held[:12]), wide(train))))

    # KID of stated subsets.
    vassert = lambda ok, message: None
    defaults = {"kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1, "kid_kernel": "poly"}
    scope = {"np": np, "vassert": vassert, "get_kwarg": lambda name, kwargs: defaults[name]}
    kid = functions(dirs["torch-fidelity"] / "torch_fidelity/metric_kid.py", ["mmd2", "kernel_poly", "kernel_rbf", "kernel_mmd"], scope)
    json_out["kid"] = []
    for size in (10, 25, 40):
        of_generated, of_train = rng.choice(60, size, replace=False), rng.choice(40, size, replace=False)
        value = kid.kernel_mmd(wide(generated[of_generated]), wide(train[of_train]))
        json_out["kid"].append({"generated": of_generated.tolist(), "train": of_train.tolist(), "value": float(value)})

    # MiFID, above and below its threshold: rows are the generated icons, as the paper has it.
    scope = {"torch": torch, "Tensor": torch.Tensor}
    functions(dirs["torchmetrics"] / "src/torchmetrics/image/fid.py", ["_compute_fid"], scope)
    mifid = functions(dirs["torchmetrics"] / "src/torchmetrics/image/mifid.py", ["_compute_cosine_distance", "_mifid_compute"], scope)

    def of(a, b):
        a, b = torch.tensor(wide(a)), torch.tensor(wide(b))
        return float(mifid._mifid_compute(a.mean(0), torch.cov(a.t()), a, b.mean(0), torch.cov(b.t()), b))

    json_out["mifid"] = of(generated, train)
    json_out["mifid_of_near_copies"] = of(generated[:9], train)

    # Files.
    blob, entries = b"", {}
    for name, value in tensors.items():
        entries[name] = {"dtype": "f4", "shape": list(value.shape), "offset": len(blob), "nbytes": value.nbytes}
        blob += value.tobytes()
    commit = lambda path: subprocess.run(["git", "-C", path, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    origin = {
        "commits": {name: (path / "COMMIT").read_text().strip() if (path / "COMMIT").exists() else commit(path) for name, path in dirs.items()},
        "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "torch": torch.__version__,
        "sha256": hashlib.sha256(blob).hexdigest(),
    }
    here = Path(__file__).parent
    (here / "novelty.bin").write_bytes(blob)
    (here / "novelty.json").write_text(json.dumps({"origin": origin, **json_out, "tensors": entries}, indent=1) + "\n")


main()
