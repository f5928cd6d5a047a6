using Ballast.Kernels;

namespace Ballast;

/// <summary>An activation after a normalization, applied while the normalization is: forward in one pass, and backward in the pass
/// that adds up what the normalization's gradient needs.</summary>
abstract class ChannelActivation
{
    /// <summary>ReLU, which costs so little that readers apply it each time they read.</summary>
    public static ChannelActivation Relu { get; } = new ReluAfterNormalization();

    /// <summary>Whether readers apply it as they read. Others are computed once, by one pass.</summary>
    public virtual bool IsCheap => false;

    /// <summary>The activation of all values.</summary>
    /// <param name="x">The values that are normalized.</param>
    /// <param name="chunks">The batch's chunks, one alone where the activation is not cheap.</param>
    /// <param name="table">center, scale and shift, [3, C], for each chunk.</param>
    /// <param name="pitch">From one chunk's constants to the next one's.</param>
    /// <param name="to">Takes the results.</param>
    public abstract void Map(ReadOnlySpan<float> x, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to);

    /// <summary>The activation of one normalized value.</summary>
    public abstract float Apply(float normalized);

    /// <summary>The gradient that passes the activation.</summary>
    public abstract void Pass(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to);

    /// <summary>The gradient that passes the activation, and its two sums for each channel.</summary>
    public abstract void Gate(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table, Span<float> to,
        Span<double> sums, ChannelSums parts);

    sealed class ReluAfterNormalization : ChannelActivation
    {
        public override bool IsCheap => true;

        public override void Map(ReadOnlySpan<float> x, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to) =>
            chunks.Map<AffineReluMap>(x, default, table, pitch, default, to);

        public override float Apply(float normalized) => SimdScalar.Max(normalized, 0);

        public override void Pass(
            ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch,
            Span<float> to) => chunks.Map<GateMap<ReluGate>>(x, gradient, table, pitch, default, to);

        public override void Gate(
            ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table, Span<float> to,
            Span<double> sums, ChannelSums parts)
        {
            var chunks = new ChannelChunks(layout, 1);
            Pass(x, gradient, chunks, table, table.Length, to);
            chunks.Sum<GradientTerm<OpenGate>>(x, to, table, table.Length, sums);
        }
    }
}

/// <summary>Any function of single values after a normalization.</summary>
sealed class ChannelActivation<F>(F function) : ChannelActivation
    where F : struct, IActivation
{
    /// <inheritdoc/>
    public override void Map(ReadOnlySpan<float> x, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to) =>
        ChannelActivations.Map<F>(x, chunks.Whole.PerChannel, chunks.Whole.C, table, function, to);

    /// <inheritdoc/>
    public override float Apply(float normalized) => function.Apply<SimdScalar, float>(normalized);

    /// <inheritdoc/>
    public override void Pass(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to) =>
        Gate(x, gradient, chunks.Whole, table, to, new double[2 * chunks.Whole.C], new ChannelSums());

    /// <inheritdoc/>
    public override void Gate(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table, Span<float> to,
        Span<double> sums, ChannelSums parts) =>
        ChannelGates.Apply<F>(x, gradient, layout.PerChannel, layout.C, table, function, to, sums, parts);
}
