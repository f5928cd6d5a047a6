"""Writes series.json: windows of a series and what comes behind them, by PyTorch 1.13.1's unfold, and the mean and deviation of its
columns. Run by hand in this folder."""
import torch
from golden import flat, save

torch.manual_seed(5)
cases = []
for rows, columns, window, horizon, stride, targets in (
        (20, 1, 5, 1, 1, [0]), (20, 3, 5, 2, 1, [0, 1, 2]), (23, 3, 4, 3, 2, [2, 0]), (23, 2, 7, 4, 5, [1]), (9, 2, 5, 4, 3, [1, 0]),
        (30, 4, 1, 1, 7, [3]), (31, 2, 6, 6, 12, [0])):
    x = torch.randn(rows, columns)
    inputs = x[:-horizon].unfold(0, window, stride)
    outputs = x[window:, targets].unfold(0, horizon, stride)
    cases.append({"rows": rows, "columns": columns, "window": window, "horizon": horizon, "stride": stride, "targets": targets,
                  "count": len(inputs), "series": flat(x), "inputs": flat(inputs), "outputs": flat(outputs),
                  "mean": flat(x.mean(0)), "std": flat(x.std(0, unbiased=False))})
save("series.json", cases=cases)
