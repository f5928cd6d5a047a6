using TorchSharp;

namespace Ballast.Peers;

/// <summary>Forward and backward passes of layers whose runs are not whole registers: what is left over must not cost more than it is.
/// </summary>
static class OddRows
{
    public static IEnumerable<Row> All { get; } =
    [
        LayerRows.Batch([128, 512, 2, 2]), LayerRows.Batch([128, 64, 7, 7]), LayerRows.Batch([128, 64, 15, 15]),
        LayerRows.Norm("groupnorm", [128, 64, 7, 7], static () => new GroupNorm(4, 64), static () => torch.nn.GroupNorm(4, 64),
            "nn.GroupNorm(4, 64)"),
        LayerRows.Norm("instancenorm2d", [128, 64, 7, 7], static () => new InstanceNorm2d(64, affine: true),
            static () => torch.nn.InstanceNorm2d(64, affine: true), "nn.InstanceNorm2d(64, affine=True)"),
        LayerRows.Last([1024, 63]), LayerRows.Last([1024, 100]),
        Soft([1024, 10]), Soft([1024, 63]), Soft([1024, 100]),
    ];

    static Row Soft(int[] shape) => Row.Layer(
        "softmax", [shape], static () => static x => x[0].Softmax(), static () => static x => x[0].softmax(1), ("", "x.softmax(1)"));
}
