using TorchSharp;

namespace Ballast.Peers;

/// <summary>Forward passes without gradients: elements, sums, copies, random numbers.</summary>
static class ElementRows
{
    static readonly int[] Square = [1024, 1024], Large = [4096, 4096];

    public static IEnumerable<Row> All { get; } =
    [
        Row.Forward("exp", Square, static x => x.Exp(), static x => x.exp(), "x.exp()"),
        Row.Forward("log", Square, static x => x.Log(), static x => x.log(), "x.log()"),
        Row.Forward("sqrt", Square, static x => x.Sqrt(), static x => x.sqrt(), "x.sqrt()"),
        Row.Forward("tanh", Square, static x => x.Tanh(), static x => x.tanh(), "x.tanh()"),
        Row.Forward("sigmoid", Square, static x => x.Sigmoid(), static x => x.sigmoid(), "x.sigmoid()"),
        Row.Forward("relu", Square, static x => x.Relu(), static x => x.relu(), "x.relu()"),
        Row.Forward("gelu", Square, static x => x.Gelu(), torch.nn.functional.gelu, "F.gelu(x)"),
        Row.Forward("silu", Square, static x => x.Silu(), static x => torch.nn.functional.silu(x), "F.silu(x)"),
        Row.Forward("add", [100, 100], static x => x + x, static x => x + x, "x + x"),
        Row.Forward("add", Square, static x => x + x, static x => x + x, "x + x"),
        Row.Forward("arithmetic", Square, static x => (x + x) * x - x, static x => (x + x) * x - x, "(x + x) * x - x"),
        Row.Forward("sum", Square, static x => x.Sum(), static x => x.sum(), "x.sum()"),
        Row.Forward("sum", Large, static x => x.Sum(), static x => x.sum(), "x.sum()"),
        Row.Forward("mean", Square, static x => x.Mean(), static x => x.mean(), "x.mean()"),
        Row.Forward("sumrows", Square, static x => x.Sum([1]), static x => x.sum(1), "x.sum(1)"),
        Row.Forward("sumcolumns", Square, static x => x.Sum([0]), static x => x.sum(0), "x.sum(0)"),
        Row.Forward("meanrows", Square, static x => x.Mean([1]), static x => x.mean([1]), "x.mean(1)"),
        Row.Forward("meanimages", [32, 64, 32, 32], static x => x.Mean([0, 2, 3]), static x => x.mean([0, 2, 3]), "x.mean((0, 2, 3))"),
        Row.Forward("softmax", [1024, 1000], static x => x.Softmax(), static x => x.softmax(1), "x.softmax(1)"),
        Row.Forward("softmax", [32, 50_000], static x => x.Softmax(), static x => x.softmax(1), "x.softmax(1)"),
        Row.Forward("softmax", [16, 21, 128, 128], static x => x.Softmax(1), static x => x.softmax(1), "x.softmax(1)"),
        Row.Forward("softmaxcolumns", Square, static x => x.Softmax(0), static x => x.softmax(0), "x.softmax(0)"),
        Row.Forward("cumsumcolumns", Square, static x => x.CumSum(0), static x => x.cumsum(0), "x.cumsum(0)"),
        Row.Forward("layernorm", [1024, 768], new LayerNorm(768).Forward,
            static x => torch.nn.functional.layer_norm(x, [768]), "F.layer_norm(x, (768,))"),
        Row.Forward("transpose", Square, static x => x.Transpose(0, 1).Clone(), static x => x.t().contiguous(), "x.t().contiguous()"),
        Row.Forward("transpose", [1000, 3000], static x => x.Transpose(0, 1).Clone(), static x => x.t().contiguous(), "x.t().contiguous()"),
        Row.Forward("transpose", Large, static x => x.Transpose(0, 1).Clone(), static x => x.t().contiguous(), "x.t().contiguous()"),
        Row.Forward("permute", [64, 64, 64, 64], static x => x.Permute(0, 2, 3, 1).Clone(),
            static x => x.permute(0, 2, 3, 1).contiguous(), "x.permute(0, 2, 3, 1).contiguous()"),
        Row.Forward("clone", Large, static x => x.Clone(), static x => x.clone(), "x.clone()"),
        Positions([1024, 1000], 1),
        Positions([1024, 1000], 0),
        Positions([16, 21, 128, 128], 1),
        Drawn("rand 1000000", static () => Tensor.Rand([1_000_000]), static () => torch.rand(1_000_000), "torch.rand(1000000)"),
        Drawn("randn 1000000", static () => Tensor.Randn([1_000_000]), static () => torch.randn(1_000_000), "torch.randn(1000000)"),
        new("fwd randperm 50000", static () => static () => Generator.Default.Permutation(50_000),
            [("ts", static () => static () => Torches.Forward(static () => torch.randperm(50_000)))],
            new("", "torch.randperm(50000)", false)),
    ];

    static Row Positions(int[] shape, int axis) => new(
        $"fwd argmax{(axis == 0 ? "columns" : "")} {string.Join(' ', shape)}", () =>
        {
            var x = Tensor.Rand(new Shape(shape));
            return () => x.ArgMax(axis);
        },
        [("ts", () =>
        {
            var x = torch.rand(Array.ConvertAll(shape, static size => (long)size));
            return () => Torches.Forward(() => x.argmax(axis));
        })],
        new($"x = torch.rand({string.Join(", ", shape)})", $"x.argmax({axis})", false));

    static Row Drawn(string name, Func<Tensor> ballast, Func<torch.Tensor> peer, string python) => new(
        $"fwd {name}", () => () => Ballasts.Forward(ballast), [("ts", () => () => Torches.Forward(peer))], new("", python, false));
}
