"""PyTorch's side of bench/Peers: reads an object a line on standard input and answers with one.

  {"setup": CODE, "run": CODE, "grad": BOOL}   prepares a row and runs it once; answers {} or {"error": TEXT}
  {"count": N}                                 runs it N times; answers {"ms": milliseconds of one}
"""
import json
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
print(json.dumps({"version": torch.__version__}), flush=True)
run = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if "count" in request:
            start = time.perf_counter()
            for _ in range(request["count"]):
                run()
            answer = {"ms": (time.perf_counter() - start) * 1e3 / request["count"]}
        else:
            names = {"torch": torch, "nn": nn, "F": F}
            torch.manual_seed(1)
            torch.set_grad_enabled(True)
            exec(request["setup"], names)
            torch.set_grad_enabled(request["grad"])
            exec("def run():\n" + "".join(f"    {part}\n" for part in request["run"].split("\n")), names)
            run = names["run"]
            run()
            answer = {}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
