"""Writes loader.json: which samples PyTorch 1.13.1's DataLoader puts in which batch, and what it draws. Run by hand in
this folder."""
import torch
from torch.utils.data import DataLoader, SubsetRandomSampler, TensorDataset, random_split
from golden import flat, save

N = 103
dataset = TensorDataset(torch.arange(N))


def run(shuffle, drop_last, seed):
    torch.manual_seed(42)
    own = None if seed is None else torch.Generator().manual_seed(seed)
    loader = DataLoader(dataset, batch_size=10, shuffle=shuffle, drop_last=drop_last, generator=own)
    epochs = []
    for _ in range(2):
        batches = [batch[0].tolist() for batch in loader]
        # Drawn here, so the next epoch starts behind these three values.
        epochs.append({"count": len(batches), "first": batches[0], "second": batches[1], "last": batches[-1],
                       "default_rand": flat(torch.rand(3)),
                       "own_rand": None if own is None else flat(torch.rand(3, generator=own))})
    iter(loader)
    return {"name": f"shuffle {shuffle}, drop last {drop_last}, " +
                    ("default generator" if own is None else f"generator {seed}"),
            "n": N, "batch_size": 10, "shuffle": shuffle, "drop_last": drop_last, "generator": seed, "epochs": epochs,
            "default_rand_after_an_iterator_without_a_batch": flat(torch.rand(1))}


cases = [run(shuffle, drop_last, seed)
         for seed in (None, 7) for shuffle in (True, False) for drop_last in (True, False)]
torch.manual_seed(42)
first, second = random_split(dataset, [80, 23])
split = {"first": list(first.indices), "second": list(second.indices), "default_rand": flat(torch.rand(1))}
torch.manual_seed(42)
subset = list(range(20, 40))
loader = DataLoader(dataset, batch_size=6, sampler=SubsetRandomSampler(subset))
sampled = {"subset": subset, "batch_size": 6,
           "epochs": [[batch[0].tolist() for batch in loader] for _ in range(2)], "default_rand": flat(torch.rand(1))}
save("loader.json", cases=cases, random_split=split, subset_sampler=sampled)
