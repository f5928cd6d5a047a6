"""Writes augmentation.json: images through torchvision's RandomCrop, RandomHorizontalFlip, ToTensor and Normalize, in batches
each of which is seeded with a base seed plus its number, as PyTorch seeds its workers. Needs python3-torchvision. Run by hand
in this folder."""
import numpy as np
import torch
from PIL import Image
from torchvision import transforms as t
from golden import flat, save

COUNT, BATCH, HEIGHT, WIDTH, PADDING = 23, 5, 7, 9, 3
MEAN, STD = (0.49, 0.482, 0.446), (0.247, 0.243, 0.261)
images = np.random.RandomState(7).randint(0, 256, (COUNT, 3, HEIGHT, WIDTH), dtype=np.uint8)
cases = []
for mode in ("constant", "reflect"):
    for seed in (42, -5):
        base = torch.empty((), dtype=torch.int64).random_(generator=torch.Generator().manual_seed(seed)).item()
        chain = t.Compose([t.RandomCrop((HEIGHT, WIDTH), PADDING, padding_mode=mode), t.RandomHorizontalFlip(), t.ToTensor(),
                           t.Normalize(MEAN, STD)])
        output = []
        for batch in range((COUNT + BATCH - 1) // BATCH):
            torch.manual_seed(base + batch)
            output += [chain(Image.fromarray(image.transpose(1, 2, 0)))
                       for image in images[batch * BATCH:(batch + 1) * BATCH]]
        cases.append({"mode": mode, "seed": seed, "output": flat(torch.stack(output))})
save("augmentation.json", count=COUNT, batch=BATCH, shape=[3, HEIGHT, WIDTH], padding=PADDING, mean=list(MEAN), std=list(STD),
     images=images.reshape(-1).tolist(), cases=cases)
