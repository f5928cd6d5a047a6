"""Writes names.json: what torch.nn, torch.optim, torch.nn.functional and torch.Tensor of PyTorch 1.13.1 have. Run by hand in this folder."""
import inspect
import torch
from golden import save


def classes(module):
    return [name for name in dir(module) if inspect.isclass(getattr(module, name)) and not name.startswith("_")]


schedulers = [name for name in classes(torch.optim.lr_scheduler)
              if getattr(torch.optim.lr_scheduler, name).__module__ == "torch.optim.lr_scheduler"]
functions = [name for name in dir(torch.nn.functional)
             if callable(getattr(torch.nn.functional, name)) and not name.startswith("_") and name not in classes(torch.nn.functional)]
save("names.json", nn=classes(torch.nn), optim=classes(torch.optim), lr_scheduler=schedulers, functional=functions,
     tensor=[name for name in dir(torch.Tensor) if not name.startswith("_")])
