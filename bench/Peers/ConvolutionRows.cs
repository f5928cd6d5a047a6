using TorchSharp;
using static TorchSharp.torch;

namespace Ballast.Peers;

/// <summary>Convolutions without bias, forward (without gradients) and both ways.</summary>
static class ConvolutionRows
{
    // N C H W K kernel stride padding groups
    static readonly string[] Sizes =
    [
        "1 3 224 224 64 7 2 3 1", "8 3 224 224 64 7 2 3 1", "4 3 224 224 64 3 1 1 1", "4 64 224 224 64 3 1 1 1",
        "128 3 32 32 32 3 1 1 1", "128 16 32 32 16 3 1 1 1", "32 17 32 32 17 3 1 1 1", "32 17 33 33 17 3 1 1 1", "32 24 32 32 24 3 1 1 1",
        "32 64 32 32 64 3 1 1 1", "32 64 33 33 64 3 1 1 1", "32 64 32 32 128 3 2 1 1", "32 48 28 28 48 3 1 1 1", "32 96 28 28 96 3 1 1 1",
        "32 64 14 14 100 3 1 1 1", "32 128 16 16 128 3 1 1 1", "32 256 4 4 256 3 1 1 1", "32 512 2 2 512 3 1 1 1",
        "8 256 14 14 256 3 1 1 1", "8 512 7 7 512 3 1 1 1", "1 64 56 56 64 3 1 1 1", "1 256 14 14 256 3 1 1 1", "1 512 7 7 512 3 1 1 1",
        "32 32 28 28 64 5 1 2 1", "64 6 14 14 16 5 1 0 1",
        "8 64 56 56 256 1 1 0 1", "8 256 56 56 64 1 1 0 1", "8 256 56 56 512 1 2 0 1", "8 128 56 56 128 3 2 1 1",
        "8 128 56 56 128 3 1 1 4", "8 256 28 28 256 3 1 1 32",
        "8 128 56 56 128 3 1 1 128", "8 128 56 56 128 3 2 1 128", "8 384 14 14 384 5 1 2 384",
    ];

    public static IEnumerable<Row> All { get; } = Sizes.SelectMany(static sizes => new[] { Make(sizes, false), Make(sizes, true) });

    static Row Make(string sizes, bool both)
    {
        int[] size = Array.ConvertAll(sizes.Split(' '), int.Parse);
        int[] input = size[..4];
        var (outputs, kernel, stride, padding, groups) = (size[4], size[5], size[6], size[7], size[8]);
        return new($"conv {sizes} {(both ? "both" : "fwd")}", Ballast, [("ts", () => Torch(false)), ("ts, ch. last", () => Torch(true))]);

        Action Ballast()
        {
            var layer = new Conv2d(input[1], outputs, kernel, stride, padding, groups: groups, bias: false);
            if (both)
            {
                return Ballasts.Both(x =>
                {
                    layer.ZeroGrad();
                    return layer.Forward(x[0]);
                }, [input]);
            }

            var images = Tensor.Rand(new Shape(input));
            return () => Ballasts.Forward(() => layer.Forward(images));
        }

        Action Torch(bool last)
        {
            var weight = Torches.Values([outputs, input[1] / groups, kernel, kernel], last).detach().requires_grad_();
            if (!both)
            {
                var images = Torches.Values(input, last);
                return () => Torches.Forward(() => Convolve(images));
            }

            return Torches.Both(x =>
            {
                weight.grad = null;
                return Convolve(x[0]);
            }, [input], last);

            torch.Tensor Convolve(torch.Tensor x) => nn.functional.conv2d(
                x, weight, null, [stride, stride], [padding, padding], [1, 1], groups);
        }
    }
}
