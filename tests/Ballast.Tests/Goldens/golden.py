"""What the programs beside it share: short numbers that read back as the same float32, a compact file, and runs that rounding tells apart."""
import contextlib
import json
from unittest import mock
import numpy as np
import torch

torch.set_num_threads(1)


def flat(values):
    """A tensor as a flat row-major list; each float32 with the fewest digits that give it back."""
    if values is None:
        return None
    values = values.detach().contiguous().reshape(-1)
    if values.dtype == torch.float32:
        return [float(str(v)) for v in values.numpy()]
    return values.tolist()


def save(path, **content):
    with open(path, "w") as file:
        lines = [f'"torch": {json.dumps(torch.__version__)}']
        for name, value in content.items():
            if isinstance(value, list):
                rows = ",\n".join("  " + json.dumps(row, allow_nan=False) for row in value)
                lines.append(f'"{name}": [\n{rows}\n ]')
            else:
                lines.append(f'"{name}": {json.dumps(value, allow_nan=False)}')
        file.write("{\n " + ",\n ".join(lines) + "\n}\n")


def grads(output, cotangent, *inputs):
    """The gradient of sum(output * cotangent) for each input."""
    return torch.autograd.grad(output, inputs, cotangent)


@contextlib.contextmanager
def nudged(seed, units=1):
    """Meanwhile a network that is given a float32 type has each of its weights moved up or down by some units in the last place.

    With one unit such runs are as correct as the one that starts from the weights themselves. How far they are from float64 is what
    rounding does to a program, where a single run may have been lucky.
    """
    generator = torch.Generator().manual_seed(seed)
    original = torch.nn.Module.to

    def to(self, *arguments, **keywords):
        result = original(self, *arguments, **keywords)
        with torch.no_grad():
            for value in result.parameters():
                if value.dtype == torch.float32:
                    unit = torch.nextafter(value.abs(), torch.tensor(float("inf"))) - value.abs()
                    sides = torch.where(torch.rand(value.shape, generator=generator) < 0.5, -1.0, 1.0)
                    value.copy_(torch.where(value == 0, value, value + units * sides * unit))
        return result

    with mock.patch.object(torch.nn.Module, "to", to):
        yield
