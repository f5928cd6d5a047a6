using TorchSharp;

namespace Ballast.Peers;

/// <summary>Matrix products M K N, and linear layers of so many rows, inputs and outputs both ways.</summary>
static class ProductRows
{
    public static IEnumerable<Row> All { get; } =
    [
        Product(1, 1024, 1024), Product(1000, 1000, 1), Product(1024, 1024, 1), Product(17, 33, 65), Product(10, 3072, 64),
        Product(64, 64, 64), Product(128, 3072, 512), Product(256, 256, 256), Product(1024, 1024, 1024), Product(4096, 256, 4096),
        Linear(8, 256, 1000), Linear(32, 512, 512), Linear(128, 1024, 1024), Linear(1024, 256, 256),
    ];

    static Row Product(int m, int k, int n) => new(
        $"gemm {m} {k} {n}",
        () =>
        {
            var (a, b) = (Tensor.Rand([m, k]), Tensor.Rand([k, n]));
            return () => Ballasts.Forward(() => a.MatMul(b));
        },
        [("ts mm", () =>
        {
            var (a, b) = (torch.rand(m, k), torch.rand(k, n));
            return () => Torches.Forward(() => a.mm(b));
        })],
        new($"a = torch.rand({m}, {k}); b = torch.rand({k}, {n})", "a.mm(b)", false));

    static Row Linear(int rows, int inputs, int outputs)
    {
        var row = Row.Layer(
            "", [[rows, inputs]],
            () =>
            {
                var layer = new Linear(inputs, outputs);
                return x =>
                {
                    Ballasts.Forget(layer);
                    return layer.Forward(x[0]);
                };
            },
            () =>
            {
                var layer = torch.nn.Linear(inputs, outputs);
                return x =>
                {
                    foreach (var parameter in layer.parameters())
                        parameter.grad = null;
                    return layer.forward(x[0]);
                };
            },
            ($"layer = nn.Linear({inputs}, {outputs})", "(layer.zero_grad(set_to_none=True), layer(x))[1]"));
        return row with { Name = $"linear {rows} {inputs} {outputs}" };
    }
}
