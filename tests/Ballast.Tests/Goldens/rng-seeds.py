"""Writes rng-seeds.json: what PyTorch 1.13.1 on CPU draws from several seeds. Run by hand in this folder."""
import hashlib
import json
import torch

torch.set_num_threads(1)


def digest(values):
    return hashlib.sha256(values.contiguous().numpy().tobytes()).hexdigest()[:16]


def draws(seed):
    out = {"seed": seed}

    def start():
        return torch.Generator().manual_seed(seed)

    g = start()
    out["rand5"] = torch.rand(5, generator=g).tolist()
    out["rand10007"] = digest(torch.rand(10007, generator=g))
    out["uniform1000"] = digest(torch.empty(1000).uniform_(-0.3, 0.7, generator=g))
    out["after_uniform"] = torch.rand(1, generator=g).item()

    g = start()
    out["rand64_5"] = torch.rand(5, dtype=torch.float64, generator=g).tolist()
    torch.rand(1, generator=g)  # from here on a double straddles two blocks of the twister
    out["rand64_1000"] = digest(torch.rand(1000, dtype=torch.float64, generator=g))
    out["uniform64_100"] = digest(torch.empty(100, dtype=torch.float64).uniform_(-2.5, 7.25, generator=g))

    # Short normals keep the second value of a pair across calls of other kinds.
    g = start()
    out["randn3"] = torch.randn(3, generator=g).tolist()
    out["rand2_between"] = torch.rand(2, generator=g).tolist()
    out["randn20_between"] = torch.randn(20, generator=g).tolist()
    out["randn2_after"] = torch.randn(2, generator=g).tolist()
    out["normal15"] = torch.empty(15).normal_(1.5, 0.25, generator=g).tolist()

    g = start()
    out["normal"] = {str(n): digest(torch.randn(n, generator=g)) for n in (16, 17, 31, 32, 33, 100, 624, 625, 100003)}
    out["normal_scaled"] = digest(torch.empty(1001).normal_(-0.7, 0.02, generator=g))
    out["after_normal"] = torch.rand(1, generator=g).item()

    g = start()
    out["random"] = [torch.empty((), dtype=torch.int64).random_(generator=g).item() for _ in range(3)]
    for name, low, high in (("die", 1, 7), ("signed", -1000, 1000), ("word", 0, 2**32 - 1), ("edge", -5, 2**32 - 5),
                            ("wide", -(2**40), 2**41), ("whole", -(2**63), 2**63 - 1)):
        out["randint_" + name] = torch.randint(low, high, (4,), generator=g).tolist()
    out["randperm"] = {str(n): torch.randperm(n, generator=g).tolist() for n in (0, 1, 2, 10, 17)}
    out["randperm50000"] = digest(torch.randperm(50000, generator=g).int())
    out["bernoulli"] = {str(p): digest(torch.empty(1000).bernoulli_(p, generator=g)) for p in (0.0, 0.1, 0.5, 1.0)}
    out["after_all"] = torch.rand(1, generator=g).item()
    torch.manual_seed(seed)
    linear = torch.nn.Linear(17, 5)
    out["linear_17_5"] = [digest(linear.weight.detach()), digest(linear.bias.detach())]
    return out


seeds = [0, 1, 7, 42, 123, 2024, -1, 2**32 + 5, 2**63 - 1]
with open("rng-seeds.json", "w") as file:
    json.dump({"torch": torch.__version__, "cases": [draws(seed) for seed in seeds]}, file, indent=1)
    file.write("\n")
