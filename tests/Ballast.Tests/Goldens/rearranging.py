"""Writes rearranging.json: tensors padded, repeated, rolled, indexed and masked by PyTorch 1.13.1, with their gradients. All values are
whole numbers, so that they are equal to the last bit. Run by hand in this folder."""
import torch
import torch.nn.functional as F
from golden import flat, grads, save

index = torch.tensor([[[2, 0, 1, 1], [0, 0, 2, 1]]])
few = torch.tensor([2, 0, 0])
table = torch.tensor([[1, 0], [2, 2]])
values = torch.arange(8.0).reshape(1, 2, 4) * 10
OPERATIONS = {
    "Pad 1 2": lambda x: F.pad(x, (1, 2)), "Pad 1 0 2 1 value": lambda x: F.pad(x, (1, 0, 2, 1), value=7.0),
    "Pad crop": lambda x: F.pad(x, (-1, 2, 1, -1)), "Pad reflect": lambda x: F.pad(x, (3, 2), "reflect"),
    "Pad replicate": lambda x: F.pad(x, (3, 2), "replicate"), "Pad circular": lambda x: F.pad(x, (3, 4), "circular"),
    "Repeat": lambda x: x.repeat(2, 1, 3), "Repeat wider": lambda x: x.repeat(2, 1, 1, 2), "Repeat none": lambda x: x.repeat(1, 0, 1),
    "Tile": lambda x: x.tile(2, 3), "RepeatInterleave": lambda x: x.repeat_interleave(3, 1),
    "RepeatInterleave each": lambda x: x.repeat_interleave(torch.tensor([2, 0, 1]), 1), "Roll": lambda x: x.roll(3, 2),
    "Roll down": lambda x: x.roll(-2, 1), "Roll two": lambda x: x.roll((1, -1), (0, 2)), "Roll all": lambda x: x.roll(5),
    "Flatten": lambda x: x.flatten(1), "Unflatten": lambda x: x.unflatten(2, (2, -1)), "Tril": lambda x: x.tril(), "Tril 1": lambda x: x.tril(1),
    "Triu": lambda x: x.triu(), "Triu -1": lambda x: x.triu(-1), "IndexSelect": lambda x: x.index_select(1, few),
    "Index": lambda x: x[:, table], "Gather": lambda x: x.gather(1, index), "TakeAlongAxis": lambda x: x.take_along_dim(index[:, :, :1], 1),
    "ScatterAdd": lambda x: x.scatter_add(1, index, values), "Scatter": lambda x: x.scatter(1, index[:, :1], values),
    "IndexAdd": lambda x: x.index_add(1, few, torch.arange(24.0).reshape(2, 3, 4)), "MaskedFill": lambda x: x.masked_fill(x > 10, -1),
    "MaskedSelect": lambda x: x.masked_select(x.remainder(3) == 0), "Where": lambda x: torch.where(x > 10, x, x * 2),
}
cases = []
for name, operation in OPERATIONS.items():
    x = torch.arange(24.0).reshape(2, 3, 4).requires_grad_()
    y = operation(x)
    cotangent = (torch.arange(float(y.numel())) * 7 % 11 - 5).reshape(y.shape)
    (dx,) = grads(y, cotangent, x)
    cases.append({"name": name, "shape": list(y.shape), "output": flat(y), "grad_input": flat(dx)})
save("rearranging.json", cases=cases)
