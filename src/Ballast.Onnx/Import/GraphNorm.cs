namespace Ballast;

/// <summary>A batch normalization of a graph, as <see cref="Freezing"/> sees it. Its state is the graph's.</summary>
/// <param name="weight">gamma, where it is learned.</param>
/// <param name="bias">beta, where it is learned.</param>
sealed class GraphNorm(Parameter? weight, Parameter? bias) : Module, IFreezable
{
    /// <inheritdoc/>
    public bool HasStatistics => true;

    /// <inheritdoc/>
    public bool StatisticsFrozen { get; set; }

    /// <inheritdoc/>
    public Parameter? Weight => weight;

    /// <inheritdoc/>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    public FrozenAffine FrozenAffine { get; set; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) =>
        throw new InvalidOperationException("A normalization of an ONNX graph does not run by itself: run the graph.");

    /// <inheritdoc/>
    public override string ToString() => "BatchNormalization";
}
