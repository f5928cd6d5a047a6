using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace Ballast.Peers;

/// <summary>Forward and backward passes of operations, losses, normalizations and pools.</summary>
static class LayerRows
{
    static readonly int[] Long = [1_048_576], Square = [1024, 1024];

    public static IEnumerable<Row> All { get; } =
    [
        One("relu", Long, static x => x.Relu(), static x => x.relu(), "x.relu()"),
        One("gelu", Long, static x => x.Gelu(), F.gelu, "F.gelu(x)"),
        One("gelutanh", Long, static x => x.Gelu(GeluApproximation.Tanh), null, "F.gelu(x, approximate='tanh')"),
        One("silu", Long, static x => x.Silu(), static x => F.silu(x), "F.silu(x)"),
        One("sigmoid", Long, static x => x.Sigmoid(), static x => x.sigmoid(), "x.sigmoid()"),
        One("tanh", Long, static x => x.Tanh(), static x => x.tanh(), "x.tanh()"),
        One("exp", Long, static x => x.Exp(), static x => x.exp(), "x.exp()"),
        One("dropout", Long, new Dropout(0.5).Forward, static x => F.dropout(x, 0.5, true), "F.dropout(x, 0.5)"),
        One("sum", Square, static x => x.Sum(), static x => x.sum(), "x.sum()"),
        One("mulscalar", Square, static x => x * 3f, static x => x * 3f, "x * 3.0"),
        Two("add", [100, 100], [100, 100], static (x, y) => x + y, static (x, y) => x + y, "x + y"),
        Two("add", Square, Square, static (x, y) => x + y, static (x, y) => x + y, "x + y"),
        Two("mul", Square, Square, static (x, y) => x * y, static (x, y) => x * y, "x * y"),
        Two("mul", [4096, 4096], [4096, 4096], static (x, y) => x * y, static (x, y) => x * y, "x * y"),
        Two("div", Square, Square, static (x, y) => x / y, static (x, y) => x / y, "x / y"),
        Two("addrow", Square, [1024], static (x, y) => x + y, static (x, y) => x + y, "x + y"),
        Two("mulchannels", [32, 64, 32, 32], [32, 64, 1, 1], static (x, y) => x * y, static (x, y) => x * y, "x * y"),
        Two("mulimages", [32, 64, 32, 32], [32, 64, 32, 32], static (x, y) => x * y, static (x, y) => x * y, "x * y"),
        MeanSquares(),
        CrossEntropy(128, 10), CrossEntropy(128, 1000), CrossEntropy(1024, 1000), CrossEntropy(32, 50_000),
        Norm("batchnorm1d", [1024, 64], static () => new BatchNorm1d(64), static () => torch.nn.BatchNorm1d(64), "nn.BatchNorm1d(64)"),
        Norm("batchnorm1d", [128, 4096], static () => new BatchNorm1d(4096), static () => torch.nn.BatchNorm1d(4096), "nn.BatchNorm1d(4096)"),
        Batch([128, 64, 8, 8]), Batch([128, 64, 32, 32]), Batch([32, 256, 56, 56]), Batch([8, 2048, 7, 7]), Batch([128, 17, 33, 33]),
        Last([128, 64]), Last([1024, 768]), Last([8192, 256]),
        Norm("rmsnorm", [1024, 768], static () => new RMSNorm(768), null, null),
        Norm("groupnorm", [32, 256, 28, 28], static () => new GroupNorm(32, 256), static () => torch.nn.GroupNorm(32, 256), "nn.GroupNorm(32, 256)"),
        Norm("instancenorm2d", [32, 256, 28, 28], static () => new InstanceNorm2d(256, affine: true),
            static () => torch.nn.InstanceNorm2d(256, affine: true), "nn.InstanceNorm2d(256, affine=True)"),
        Norm("maxpool", [32, 64, 56, 56], static () => new MaxPool2d(2), static () => torch.nn.MaxPool2d(2), "nn.MaxPool2d(2)"),
        Norm("maxpool3", [8, 64, 112, 112], static () => new MaxPool2d(3, 2, 1), static () => torch.nn.MaxPool2d(3, 2, 1), "nn.MaxPool2d(3, 2, 1)"),
        Norm("avgpool", [32, 64, 56, 56], static () => new AvgPool2d(2), static () => torch.nn.AvgPool2d(2), "nn.AvgPool2d(2)"),
    ];

    static Row One(
        string name, int[] shape, Func<Tensor, Tensor> ballast, Func<torch.Tensor, torch.Tensor>? peer, string python)
    {
        var row = Row.Layer(name, [shape], () => x => ballast(x[0]), () => x => peer!(x[0]), ("", python));
        return peer is null ? row with { Torch = [] } : row;
    }

    static Row Two(
        string name, int[] first, int[] second, Func<Tensor, Tensor, Tensor> ballast, Func<torch.Tensor, torch.Tensor, torch.Tensor> peer,
        string python) =>
        Row.Layer(name, [first, second], () => x => ballast(x[0], x[1]), () => x => peer(x[0], x[1]), ("", python));

    // A module with weights: their gradients are wanted, and taken away in each step.
    public static Row Norm(
        string name, int[] shape, Func<Module> ballast, Func<torch.nn.Module<torch.Tensor, torch.Tensor>>? peer, string? python)
    {
        var row = Row.Layer(
            name, [shape],
            () =>
            {
                var layer = ballast();
                return x =>
                {
                    layer.ZeroGrad();
                    return layer.Forward(x[0]);
                };
            },
            () =>
            {
                var layer = peer!();
                return x =>
                {
                    foreach (var parameter in layer.parameters())
                        parameter.grad = null;
                    return layer.forward(x[0]);
                };
            },
            python is null ? null : ($"layer = {python}", "(layer.zero_grad(set_to_none=True), layer(x))[1]"));
        return peer is null ? row with { Torch = [] } : row;
    }

    public static Row Batch(int[] shape) => Norm("batchnorm2d", shape, () => new BatchNorm2d(shape[1]),
        () => torch.nn.BatchNorm2d(shape[1]), $"nn.BatchNorm2d({shape[1]})");

    public static Row Last(int[] shape) => Norm("layernorm", shape, () => new LayerNorm(shape[1]),
        () => torch.nn.LayerNorm(shape[1]), $"nn.LayerNorm({shape[1]})");

    static Row CrossEntropy(int samples, int classes) => Row.Layer(
        "softmaxce", [[samples, classes]],
        () =>
        {
            var labels = Tensor.FromInt64([.. Enumerable.Range(0, samples).Select(i => i * 7 % classes)]);
            var loss = new CrossEntropyLoss();
            return x => loss.Forward(x[0], labels);
        },
        () =>
        {
            var labels = torch.arange(samples) * 7 % classes;
            return x => F.cross_entropy(x[0], labels);
        },
        ($"labels = torch.arange({samples}) * 7 % {classes}", "F.cross_entropy(x, labels)"));

    static Row MeanSquares() => Row.Layer(
        "mse", [Square],
        static () =>
        {
            var target = Tensor.Rand([1024, 1024]);
            var loss = new MSELoss();
            return x => loss.Forward(x[0], target);
        },
        static () =>
        {
            var target = torch.rand(1024, 1024);
            return x => F.mse_loss(x[0], target);
        },
        ("target = torch.rand(1024, 1024)", "F.mse_loss(x, target)"));
}
