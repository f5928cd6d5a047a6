#!/usr/bin/python3
"""Times the whole programs of the tests (tests/Ballast.Tests/Programs) beside the same ones in PyTorch, in turn.

  bench/programs.py                            all of them, on one thread and on two
  bench/programs.py nanogpt vit --pairs 9 --threads 1 [--json]
  bench/programs.py --libtorch                 beside the libtorch of bench/Peers

Each pair is 200 steps of Ballast and 200 of PyTorch, from the first step on, each after 200 steps that are not counted. Prints the medians of
ms a step and the median of the pairs' ratios, PyTorch by Ballast: above 1 Ballast is faster. Run by the Python that has PyTorch.

With --libtorch the peer does less than the program: the network of a program and its optimizer, as TorchScript, on one batch that stays, with
the mean of what comes out in the place of the loss; no loader, no clipping, no metrics, and one network where there are two. What is no slower
than that is no slower than the program. A program whose network cannot be traced is named.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/Ballast.Tests/Goldens"))
import torch  # noqa: E402
from programs import programs  # noqa: E402

STEPS = 200


def peer(name, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(42)
    run = programs[name](torch.float32)
    start = time.perf_counter()
    for _ in range(STEPS):
        next(run)
    return (time.perf_counter() - start) * 1000 / STEPS


class Stood(torch.nn.Module):
    """A network with its inputs and a mean in the place of the loss."""

    def __init__(self, network, inputs):
        super().__init__()
        self.network = network
        self.places = []
        for i, value in enumerate(inputs):
            self.places.append(isinstance(value, torch.Tensor))
            if self.places[-1]:
                self.register_buffer(f"input{i}", value.detach())
            else:
                setattr(self, f"input{i}", value)

    def forward(self, scale):
        outputs = self.network(*(getattr(self, f"input{i}") for i in range(len(self.places))))
        outputs = outputs if isinstance(outputs, (tuple, list)) else [outputs]
        return scale * sum(value.square().mean() for value in outputs if isinstance(value, torch.Tensor) and value.requires_grad)


def trace(name, folder):
    """Writes the first network that the program trains, with the inputs of that call, and says which optimizer the program has."""
    seen, optimizers = [], []

    def called(module, inputs):
        if not seen and torch.is_grad_enabled() and any(parameter.requires_grad for parameter in module.parameters()):
            seen.append((module, inputs))

    made = torch.optim.Optimizer.__init__

    def making(self, *arguments):
        optimizers.append(type(self).__name__)
        made(self, *arguments)

    hook = torch.nn.modules.module.register_module_forward_pre_hook(called)
    torch.optim.Optimizer.__init__ = making
    try:
        torch.manual_seed(42)
        next(programs[name](torch.float32))
    finally:
        hook.remove()
        torch.optim.Optimizer.__init__ = made
    if not seen:
        raise ValueError("it has no module")
    network, inputs = seen[0]
    network.zero_grad()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.trace(Stood(network.train(), inputs), torch.ones([]), check_trace=False).save(f"{folder}/{name}.pt")
    return optimizers[0] if optimizers else "SGD"


def scripted(name, threads, folder, optimizer):
    peers = ROOT / "bench/Peers/bin/Release/net10.0/linux-x64/Ballast.Peers"
    lines = subprocess.run([peers, "--script", f"{folder}/{name}.pt", optimizer, str(STEPS), str(threads)], check=True, stdout=subprocess.PIPE,
                           text=True).stdout
    return json.loads(lines)["ms"]


def own(name, threads):
    bench = ROOT / "bench/Ballast.Bench/bin/Release/net10.0/Ballast.Bench.dll"
    lines = subprocess.run(["dotnet", bench, "program", name, str(threads), str(STEPS)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(lines)["ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--libtorch", action="store_true", help="beside the libtorch of bench/Peers")
    parser.add_argument("--json", action="store_true", help="an object a row")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in programs]
    if unknown:
        parser.error(f"no program {', '.join(unknown)}. There are {', '.join(programs)}.")
    subprocess.run(["dotnet", "build", ROOT / "bench/Ballast.Bench", "-c", "Release", "-v", "quiet", "-nologo", "-p:RunAnalyzers=false"],
                   check=True, stdout=subprocess.DEVNULL)
    names, side, optimizers, folder = options.names or list(programs), f"PyTorch {torch.__version__}", {}, tempfile.TemporaryDirectory()
    if options.libtorch:
        side = "libtorch of bench/Peers"
        subprocess.run([ROOT / "bench/Peers/run.sh", "--rows", "^$", "--threads", "1"], check=True, stdout=subprocess.DEVNULL)
        for name in list(names):
            try:
                optimizers[name] = trace(name, folder.name)
            except Exception as error:
                names.remove(name)
                print(f"{name} cannot be traced: {str(error).strip().splitlines()[0]}", file=sys.stderr)

    def theirs(name, threads):
        return scripted(name, threads, folder.name, optimizers[name]) if options.libtorch else peer(name, threads)

    if not options.json:
        print(f"{'program':28} {'threads':>7} {'ballast':>9} {'peer':>9} {'ratio':>6}  {side}")
    for threads in map(int, options.threads.split(",")):
        for name in names:
            if not options.libtorch:
                peer(name, threads)
            pairs = []
            for pair in range(options.pairs):
                first = own(name, threads) if pair % 2 == 0 else None
                other = theirs(name, threads)
                pairs.append((own(name, threads) if first is None else first, other))
            ours, others = (statistics.median(one) for one in zip(*pairs))
            ratio = statistics.median(b / a for a, b in pairs)
            if options.json:
                print(json.dumps({"row": name, "threads": threads, "ballast": ours, "peer": others, "peerName": side, "ratio": ratio}), flush=True)
            else:
                print(f"{name:28} {threads:7} {ours:9.3f} {others:9.3f} {ratio:6.2f}", flush=True)


if __name__ == "__main__":
    main()
