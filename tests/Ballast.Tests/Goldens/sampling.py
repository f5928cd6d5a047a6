"""Writes sampling.json: what torch.multinomial, randint and randperm draw in PyTorch 1.13.1 on CPU. Run by hand in this folder."""
import torch
from golden import flat, save

cases = []
for seed, (shape, count, replacement) in enumerate([
        ([4], 1, False), ([4], 3, False), ([5, 7], 1, False), ([5, 7], 4, False), ([6], 20, True), ([3, 40], 30, True), ([5, 7], 1, True)]):
    torch.manual_seed(seed)
    weights = torch.rand(shape) * 3
    weights[..., 1] = 0
    drawn = torch.multinomial(weights, count, replacement)
    cases.append({"seed": seed, "shape": shape, "count": count, "replacement": replacement, "drawn": flat(drawn),
                  "drawn_shape": list(drawn.shape), "next": torch.rand(1).item()})

torch.manual_seed(11)
integers = [flat(torch.randint(7, (3, 4))), flat(torch.randint(-3, 5, (10,))), flat(torch.randint(0, 1 << 40, (4,)))]
save("sampling.json", cases=cases, integers=integers, permutation=flat(torch.randperm(12)))
