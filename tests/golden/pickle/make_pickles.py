"""Makes the files of this folder: small real ones by torch.save and hostile ones by hand.

Made with CPython 3.11 and torch 1.13.1. Run: python3 make_pickles.py
Values: tensor k of a file is arange(n) * 0.5 - k, reshaped, unless said otherwise.
"""
import collections
import io
import os
import pickle
import struct
import zipfile

import torch

HERE = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(HERE, name)


def values(k, *shape):
    n = 1
    for size in shape:
        n *= size
    return (torch.arange(n, dtype=torch.float32) * 0.5 - k).reshape(shape)


def state_dict():
    both = values(3, 4, 6)
    state = collections.OrderedDict(
        [
            ("conv.weight", values(0, 2, 3, 1, 1)),
            ("bn.bias", values(1, 5)),
            ("double", values(2, 3).double()),
            ("half", values(2, 3).half()),
            ("bfloat", values(2, 3).bfloat16()),
            ("count", torch.tensor(7)),
            ("flags", torch.tensor([True, False])),
            ("bytes", torch.arange(4, dtype=torch.uint8)),
            ("transposed", both.t()),  # shares its storage with the next two
            ("row", both[2]),
            ("every_other", both[:, ::2]),
            ("empty", torch.zeros(0, 3)),
            ("parameter", torch.nn.Parameter(values(4, 2, 2))),
        ]
    )
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    return state


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


def legacy(name, root, storages=()):
    """A file in the old format around any root object; storages are (key, float32 values)."""
    out = io.BytesIO()
    for part in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}):
        pickle.dump(part, out, protocol=2)
    out.write(root if isinstance(root, bytes) else pickle.dumps(root, protocol=2))
    pickle.dump([key for key, _ in storages], out, protocol=2)
    for _, data in storages:
        out.write(struct.pack("<q", len(data)) + struct.pack(f"<{len(data)}f", *data))
    with open(path(name), "wb") as file:
        file.write(out.getvalue())


def tensor_pickle(count, offset, size, stride):
    """{'w': tensor} over storage '0' of `count` floats, with any geometry."""

    class Storage:
        pass

    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            return ("storage", torch.FloatStorage, "0", "cpu", count, None) if isinstance(item, Storage) else None

    rebuild = Call(torch._utils._rebuild_tensor_v2, Storage(), offset, size, stride, False, collections.OrderedDict())
    out = io.BytesIO()
    Pickler(out, protocol=2).dump({"w": rebuild})
    return out.getvalue()


torch.save(state_dict(), path("state_dict.zip.pth"))
torch.save(state_dict(), path("state_dict.legacy.pth"), _use_new_zipfile_serialization=False)
torch.save([1, 2], path("list.zip.pth"))

legacy("posix_system.legacy.pth", {"w": Call(os.system, "touch pwned")})
legacy("eval.legacy.pth", {"w": Call(eval, "1+1")})
legacy("beyond_storage.legacy.pth", tensor_pickle(4, 2, (3,), (1,)), [("0", [1, 2, 3, 4])])
legacy("overflowing_shape.legacy.pth", tensor_pickle(4, 0, (2**40, 2**40), (2**62, 2**62)), [("0", [1, 2, 3, 4])])
legacy("unfolding.legacy.pth", tensor_pickle(4, 0, (2**20, 100), (0, 0)), [("0", [1, 2, 3, 4])])
legacy("huge_storage.legacy.pth", tensor_pickle(2**29, 0, (2**29,), (1,)), [("0", [1, 2, 3, 4])])

torch.save({"w": Call(os.system, "touch pwned")}, path("posix_system.zip.pth"))
with zipfile.ZipFile(path("bomb.zip.pth"), "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("archive/data.pkl", tensor_pickle(2**20, 0, (2**20,), (1,)))
    archive.writestr("archive/data/0", bytes(2**22))
