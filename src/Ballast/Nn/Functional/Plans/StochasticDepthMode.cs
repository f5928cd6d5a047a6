namespace Ballast;

/// <summary>What <see cref="StochasticDepth"/> drops.</summary>
public enum StochasticDepthMode
{
    /// <summary>Samples, each drawn for itself. torchvision: <c>"row"</c>.</summary>
    Row,

    /// <summary>The batch as a whole. torchvision: <c>"batch"</c>.</summary>
    Batch,
}
