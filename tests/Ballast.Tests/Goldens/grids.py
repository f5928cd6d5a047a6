"""Writes grids.json: images and volumes read at the places of a grid, grids of affine maps, distances of rows, all with their gradients. Run by
hand in this folder."""
import torch
import torch.nn.functional as F
from golden import flat, grads, save

torch.manual_seed(0)


def sampled(shape, out, mode, padding, align):
    x = torch.randn(shape, requires_grad=True)
    # Beyond the edges as well, and away from the places where a neighbour changes or the image is mirrored.
    grid = (torch.rand(shape[0], *out, len(shape) - 2) * 4.2 - 2.1).requires_grad_()
    y = F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=align)
    g = torch.randn_like(y)
    dx, dgrid = grads(y, g, x, grid)
    return dict(mode=mode, padding=padding, align=align, shape=list(shape), x=flat(x), gridShape=list(grid.shape), grid=flat(grid), y=flat(y),
                g=flat(g), dx=flat(dx), dgrid=flat(dgrid))


def affine(size, align):
    theta = torch.randn(size[0], len(size) - 2, len(size) - 1, requires_grad=True)
    y = F.affine_grid(theta, size, align_corners=align)
    g = torch.randn_like(y)
    return dict(size=list(size), align=align, theta=flat(theta), y=flat(y), g=flat(g), dtheta=flat(grads(y, g, theta)[0]))


def distances(a, b, p):
    x, y = torch.randn(a, requires_grad=True), torch.randn(b, requires_grad=True)
    d = torch.cdist(x, y, p, compute_mode="donot_use_mm_for_euclid_dist")
    g = torch.randn_like(d)
    dx, dy = grads(d, g, x, y)
    return dict(a=list(a), b=list(b), p=str(p), x=flat(x), y=flat(y), d=flat(d), g=flat(g), dx=flat(dx), dy=flat(dy))


images = [sampled((2, 3, 5, 4), (3, 4), mode, padding, align)
          for mode in ("bilinear", "nearest", "bicubic") for padding in ("zeros", "border", "reflection") for align in (False, True)]
volumes = [sampled((2, 2, 3, 4, 3), (2, 2, 3), mode, padding, align)
           for mode in ("bilinear", "nearest") for padding in ("zeros", "border", "reflection") for align in (False, True)]
single = [sampled((1, 2, 1, 6), (2, 3), "bilinear", padding, align) for padding in ("zeros", "border", "reflection") for align in (False, True)]
save("grids.json", samples=images + volumes + single,
     affine=[affine(size, align) for size in ((2, 3, 4, 5), (1, 1, 1, 3), (2, 1, 2, 3, 4)) for align in (False, True)],
     distances=[distances(a, b, p) for a, b in (((4, 3), (5, 3)), ((2, 3, 2), (2, 1, 2)), ((2, 1, 3, 2), (4, 2, 2)))
                for p in (1.0, 2.0, 3.0, float("inf"))])
