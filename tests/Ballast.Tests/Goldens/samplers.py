"""Writes samplers.json: what PyTorch 1.13.1's samplers and random_split draw. Run by hand in this folder."""
import torch
from torch.utils.data import DataLoader, RandomSampler, TensorDataset, WeightedRandomSampler, random_split
from golden import flat, save

N = 23
dataset = TensorDataset(torch.arange(N))
weights = [float((7 * i) % 11) for i in range(N)]


def run(name, sampler, generator, **kind):
    torch.manual_seed(42)
    own = None if generator is None else torch.Generator().manual_seed(generator)
    loader = DataLoader(dataset, batch_size=10, sampler=sampler(own), generator=own)
    epochs = [[batch[0].tolist() for batch in loader] for _ in range(2)]
    return {"name": f"{name}, generator {generator}", "n": N, "generator": generator, "epochs": epochs, **kind,
            "default_rand": flat(torch.rand(2)), "own_rand": None if own is None else flat(torch.rand(2, generator=own))}


cases = []
for generator in (None, 7):
    for replacement in (False, True):
        for count in (None, 7, 46, 70):
            cases.append(run(f"random, replacement {replacement}, {count}",
                             lambda own, r=replacement, c=count: RandomSampler(dataset, replacement=r, num_samples=c, generator=own),
                             generator, kind="random", replacement=replacement, count=count))
    for replacement, count in ((True, 1), (True, 40), (True, 500), (False, 1), (False, 20)):
        cases.append(run(f"weighted, replacement {replacement}, {count}",
                         lambda own, r=replacement, c=count: WeightedRandomSampler(weights, c, r, generator=own),
                         generator, kind="weighted", replacement=replacement, count=count))

splits = []
for lengths in ([10, 13], [23], [0, 20, 3], [0.8, 0.2], [0.7, 0.2, 0.1], [1 / 3, 1 / 3, 1 / 3]):
    torch.manual_seed(3)
    splits.append({"lengths": lengths, "parts": [list(part.indices) for part in random_split(dataset, lengths)],
                   "default_rand": flat(torch.rand(1))})
save("samplers.json", cases=cases, weights=weights, splits=splits)
