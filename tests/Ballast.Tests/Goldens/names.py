"""Writes names.json: what torch.nn, torch.optim, torch.nn.functional, torch.Tensor and torch itself of PyTorch 1.13.1 have. Run by hand in this folder."""
import inspect
import torch
from golden import save


def classes(module):
    return [name for name in dir(module) if inspect.isclass(getattr(module, name)) and not name.startswith("_")]


schedulers = [name for name in classes(torch.optim.lr_scheduler)
              if getattr(torch.optim.lr_scheduler, name).__module__ == "torch.optim.lr_scheduler"]
functions = [name for name in dir(torch.nn.functional)
             if callable(getattr(torch.nn.functional, name)) and not name.startswith("_") and name not in classes(torch.nn.functional)]
# What torch documents in sentences, which what its bindings say of themselves are not; copies of views are for tracing.
own = [name for name in dir(torch)
       if name[0].islower() and callable(getattr(torch, name)) and not inspect.isclass(getattr(torch, name)) and not hasattr(torch.Tensor, name)
       and len((getattr(torch, name).__doc__ or "").strip().splitlines()) > 2 and not name.endswith("_copy")
       and not any(part in name for part in ("warn", "debug", "import_ir", "cxx11", "init_num", "is_inference")) and name != "obj"]
save("names.json", torch=own, nn=classes(torch.nn), optim=classes(torch.optim), lr_scheduler=schedulers, functional=functions,
     tensor=[name for name in dir(torch.Tensor) if not name.startswith("_")])
