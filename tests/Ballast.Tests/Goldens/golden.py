"""What the programs beside it share: short numbers that read back as the same float32, and a compact file."""
import json
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
