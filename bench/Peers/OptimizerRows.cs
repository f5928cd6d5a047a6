using TorchSharp;

namespace Ballast.Peers;

/// <summary>Steps of optimizers over one parameter of so many values.</summary>
static class OptimizerRows
{
    public static IEnumerable<Row> All { get; } =
    [
        Make("adam", 200_000, static p => new Adam(p, 1e-3f), static p => torch.optim.Adam(p, 1e-3),
            "torch.optim.Adam([p], lr=1e-3, foreach=True)"),
        Make("adam", 10_000_000, static p => new Adam(p, 1e-3f), static p => torch.optim.Adam(p, 1e-3),
            "torch.optim.Adam([p], lr=1e-3, foreach=True)"),
        Make("adamw", 10_000_000, static p => new AdamW(p, 1e-3f), static p => torch.optim.AdamW(p, 1e-3),
            "torch.optim.AdamW([p], lr=1e-3, foreach=True)"),
        Make("sgd", 10_000_000, static p => new SGD(p, 0.01f, momentum: 0.9f), static p => torch.optim.SGD(p, 0.01, momentum: 0.9),
            "torch.optim.SGD([p], lr=0.01, momentum=0.9, foreach=True)"),
    ];

    static Row Make(
        string name, int count, Func<IEnumerable<Parameter>, Optimizer> ballast,
        Func<IEnumerable<TorchSharp.Modules.Parameter>, torch.optim.Optimizer> peer, string python) => new(
        $"opt {name} {count}",
        () =>
        {
            var parameter = new Parameter(Tensor.Rand([count]));
            (parameter * parameter).Sum().Backward();
            return ballast([parameter]).Step;
        },
        [("ts", () =>
        {
            var parameter = torch.nn.Parameter(torch.rand(count));
            parameter.grad = torch.rand(count);
            var optimizer = peer([parameter]);
            return () =>
            {
                using var scope = torch.NewDisposeScope();
                optimizer.step();
            };
        })],
        new($"p = nn.Parameter(torch.rand({count})); p.grad = torch.rand({count}); optimizer = {python}", "optimizer.step()"));
}
