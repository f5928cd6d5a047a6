namespace Ballast.Tests.Baseline;

/// <summary>The optimizers of the baseline.</summary>
static class BaselineOptimizers
{
    public static Optimizer Adam(Module network) => new Adam(network.Parameters(), 1e-3f);

    public static Optimizer AdamWithDecay(Module network) => new Adam(network.Parameters(), 1e-3f, weightDecay: 1e-2f);

    public static Optimizer AdamW(Module network) => new AdamW(network.Parameters(), 1e-3f, beta1: 0.85, beta2: 0.99);

    public static Optimizer Plain(Module network) => new SGD(network.Parameters(), 0.02f);

    public static Optimizer Momentum(Module network) => new SGD(network.Parameters(), 0.01f, momentum: 0.9f, dampening: 0.1f);

    public static Optimizer Nesterov(Module network) =>
        new SGD(network.Parameters(), 0.01f, momentum: 0.9f, weightDecay: 1e-3f, nesterov: true);

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<(string Name, Func<Module, Optimizer> Make)> All { get; } =
    [
        ("adam", Adam), ("adam with decay", AdamWithDecay), ("adamw", AdamW), ("sgd", Plain), ("momentum", Momentum),
        ("nesterov", Nesterov),
    ];
}
