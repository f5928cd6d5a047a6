namespace Ballast.Tests.Plain;

/// <summary>What is drawn of a random network.</summary>
sealed record RandomNetwork(int Seed, Shape Input, IReadOnlyList<Layer> Layers)
{
    public int Steps { get; init; }

    public bool Retains { get; init; }

    public bool AsksInput { get; init; }

    public OptimizerKind? Optimizer { get; init; }
}
