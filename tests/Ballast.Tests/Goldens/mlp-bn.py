"""Writes mlp-bn.safetensors: the tutorial's network with batch normalization after 20 steps of Adam in PyTorch 1.13.1,
with 20 inputs and the logits it gives for them in eval mode. Run by hand in this folder."""
import json
import struct
import torch
from torch import nn

torch.set_num_threads(1)
TYPES = {torch.float32: "F32", torch.int64: "I64"}


def save(path, tensors, metadata):
    # The safetensors format: length of the header, header padded to 8 bytes, data; 8-byte elements first.
    header, data = {"__metadata__": metadata}, b""
    for name in sorted(tensors, key=lambda n: (-tensors[n].element_size(), n)):
        raw = tensors[name].detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": TYPES[tensors[name].dtype], "shape": list(tensors[name].shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(3072, 64), nn.BatchNorm1d(64), nn.ReLU(),
                                    nn.Linear(64, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 10))

    def forward(self, x):
        return self.layers(x)


torch.manual_seed(42)
model = Mlp()
g = torch.Generator().manual_seed(123)
# Whole numbers of 256ths: the inputs are exact in every format and short in none.
X = torch.randint(0, 256, (200, 3, 32, 32), generator=g).float() / 256
Y = torch.randint(0, 10, (200,), generator=g)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
loss = nn.CrossEntropyLoss()
for i in range(0, 200, 10):
    optimizer.zero_grad()
    loss(model(X[i:i + 10]), Y[i:i + 10]).backward()
    optimizer.step()
model.eval()
inputs = X[:20]
with torch.no_grad():
    logits = model(inputs)
save("mlp-bn.safetensors", {**model.state_dict(), "golden.inputs": inputs, "golden.logits": logits},
     {"format": "pt", "torch": torch.__version__})
