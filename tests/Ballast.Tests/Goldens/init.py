"""Writes init.json: what torch.nn.init of PyTorch 1.13.1 draws from seeds. Run by hand in this folder."""
import hashlib
import torch
from torch.nn import init
from golden import flat, save

cases = []


def case(name, shape, *arguments, exact=True, **options):
    torch.manual_seed(len(cases) + 1)
    w = torch.full(shape, 7.0)
    getattr(init, name)(w, *arguments, **options)
    digest = hashlib.sha256(w.numpy().tobytes()).hexdigest()[:16]
    values = flat(w) if not exact else flat(w.reshape(-1)[:4])
    cases.append({"name": name, "shape": shape, "arguments": [*arguments, *options.values()], "digest": digest if exact else None,
                  "values": values, "next": float(torch.rand(1))})


for shape in ([3, 4], [5, 16], [7, 3, 2, 3], [1, 1], [40, 30]):
    case("uniform_", shape)
    case("uniform_", shape, -0.3, 0.7)
    case("normal_", shape)
    case("normal_", shape, 1.5, 0.02)
    case("xavier_uniform_", shape)
    case("xavier_uniform_", shape, init.calculate_gain("tanh"))
    case("xavier_normal_", shape, init.calculate_gain("selu"))
    case("kaiming_uniform_", shape, 0, "fan_in", "relu")
    case("kaiming_uniform_", shape, 2.236, "fan_in", "leaky_relu")
    case("kaiming_normal_", shape, 0, "fan_out", "relu")
    case("kaiming_normal_", shape, 0.2, "fan_out", "leaky_relu")
    case("kaiming_normal_", shape, 0, "fan_in", "linear")
    if len(shape) == 2:
        case("eye_", shape)
        case("sparse_", shape, 0.3)
        case("sparse_", shape, 0.85, 0.5)
for shape in ([4, 3, 3], [6, 2, 3, 4], [4, 6, 2, 3, 3], [3, 5, 1, 1]):
    case("dirac_", shape)
case("dirac_", [6, 2, 3, 3], 3)
case("dirac_", [6, 4, 3], 2)
for arguments in ([], [0.0, 0.02, -0.04, 0.04], [1.0, 2.0, -1.0, 1.5], [0.0, 1.0, -8.0, 8.0]):
    case("trunc_normal_", [6, 9], *arguments, exact=False)
for shape in ([3, 5], [5, 3], [4, 4], [6, 2, 3], [1, 4], [12, 20]):
    case("orthogonal_", shape, exact=False)
case("orthogonal_", [4, 6], 1.7, exact=False)
save("init.json", cases=cases)
