namespace Ballast;

/// <summary>A batch normalization of a graph, as <see cref="Freezing"/> and who measures statistics see it. Its state is the graph's.</summary>
/// <param name="read">What its node reads besides the input: gamma, beta, the running mean and variance; null where another node computes it.
/// </param>
sealed class GraphNorm(Tensor?[] read) : Module, IFreezable, IRunningStatistics
{
    /// <inheritdoc/>
    public bool HasStatistics => read.Length > 3 && read[2] is not null && read[3] is not null;

    /// <inheritdoc/>
    public bool StatisticsFrozen { get; set; }

    /// <inheritdoc/>
    public Parameter? Weight => read[0] as Parameter;

    /// <inheritdoc/>
    public Parameter? Bias => read[1] as Parameter;

    /// <inheritdoc/>
    public FrozenAffine FrozenAffine { get; set; }

    /// <inheritdoc/>
    public int NumFeatures => read.OfType<Tensor>().First().Length;

    /// <inheritdoc/>
    public bool IsTracking => HasStatistics && !StatisticsFrozen;

    /// <inheritdoc/>
    public void SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches) =>
        new RunningMoments(read[2], read[3]!).Write(mean, variance, batches);

    /// <inheritdoc/>
    public void CopyRunning(Span<double> statistics) => new RunningMoments(read[2], read[3]!).CopyTo(statistics);

    /// <summary>Takes over another one's mode and what of it is frozen.</summary>
    public void Resemble(GraphNorm other)
    {
        Train(other.OwnMode);
        (StatisticsFrozen, FrozenAffine) = (other.StatisticsFrozen, other.FrozenAffine);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) =>
        throw new InvalidOperationException("A normalization of an ONNX graph does not run by itself: run the graph.");

    /// <inheritdoc/>
    public override string ToString() => $"BatchNormalization({NumFeatures})";
}
