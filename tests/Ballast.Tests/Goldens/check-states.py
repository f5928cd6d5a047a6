"""Loads files that Ballast wrote, with weights_only True and False, and prints what they hold: check-states.py FILES."""
import sys
import torch


def show(value, indent=""):
    if isinstance(value, torch.Tensor):
        print(f"{value.dtype} {list(value.shape)} {value.tolist()}")
    elif isinstance(value, dict):
        print(f"{type(value).__name__} {getattr(value, '_metadata', '')}")
        for key, inner in value.items():
            print(f"{indent}  {key!r}: ", end="")
            show(inner, indent + "  ")
    elif isinstance(value, (list, tuple)):
        print(type(value).__name__)
        for inner in value:
            print(f"{indent}  ", end="")
            show(inner, indent + "  ")
    else:
        print(repr(value))


for file in sys.argv[1:]:
    for weights_only in (True, False):
        print(f"{file}, weights_only={weights_only}")
        show(torch.load(file, weights_only=weights_only))
