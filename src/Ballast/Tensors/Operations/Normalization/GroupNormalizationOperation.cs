using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(variance + eps) gamma + beta, with statistics of groups of values inside each sample. Layer
/// normalization (Ba et al. 2016), group normalization (Wu &amp; He 2018), instance normalization (Ulyanov et al. 2016) and
/// root-mean-square normalization (Zhang &amp; Sennrich 2019) are this with their layout and statistics.</summary>
sealed class GroupNormalizationOperation : Operation
{
    readonly Buffer source;
    readonly Buffer? scale; // gamma as it was
    readonly Buffer moments;
    readonly GroupLayout layout;
    readonly GroupStatistics statistics;

    GroupNormalizationOperation(
        Tensor x, Parameter? gamma, Parameter? beta, Buffer moments, GroupLayout layout, GroupStatistics statistics)
        : base(x, gamma, beta)
    {
        source = x.Buffer.Hold();
        scale = gamma?.Buffer.Hold();
        this.moments = moments.Hold();
        this.layout = layout;
        this.statistics = statistics;
    }

    /// <summary>The forward pass with the groups' own statistics.</summary>
    /// <inheritdoc cref="Run(Tensor, Parameter?, Parameter?, GroupLayout, GroupStatistics, double, Buffer)"/>
    public static Tensor Run(
        Tensor x, Parameter? gamma, Parameter? beta, GroupLayout layout, GroupStatistics statistics, double epsilon)
    {
        var moments = Buffer.Rent(GroupMoments.Size * layout.Count);
        var output = Run(x, gamma, beta, layout, statistics, epsilon, moments);
        moments.Release();
        return output;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">Values that lie as <paramref name="layout"/> says.</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="layout">Where the groups lie.</param>
    /// <param name="statistics">Which statistics to use.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="moments">A <see cref="GroupMoments"/> for each group: read where they are given, else written.</param>
    public static Tensor Run(
        Tensor x, Parameter? gamma, Parameter? beta, GroupLayout layout, GroupStatistics statistics, double epsilon,
        Buffer moments)
    {
        var result = Buffer.Rent(x.Length);
        GroupNormalization.Forward(
            x.AsSpan(), gamma is null ? default : gamma.AsSpan(), beta is null ? default : beta.AsSpan(),
            layout, statistics, epsilon, moments.Span(GroupMoments.Size * layout.Count),
            result.Span(x.Length));
        var values = new Values(result);
        bool record = Tensor.Recording
            && (x.RequiresGrad || gamma is { RequiresGrad: true } || beta is { RequiresGrad: true });
        return record
            ? new GroupNormalizationOperation(x, gamma, beta, moments, layout, statistics).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>See <see cref="GroupNormalization.Backward"/> for the formula.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length, c = layout.C;
        var (gamma, beta) = ((Parameter?)Second, (Parameter?)Third);
        var g = gradient.Read(length);
        var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(length);
        var sums = Buffer.Rent(2 * c);
        GroupNormalization.Backward(
            source.Span(length), g.Span(length), scale is null ? default : scale.Span(c), layout, statistics,
            moments.Span(GroupMoments.Size * layout.Count), dx.Span(length), sums.Span(2 * c));
        if (gamma is { RequiresGrad: true })
            Give(gamma, new Values(Buffer.Copy(sums.Span(0, c))));
        if (beta is { RequiresGrad: true })
            Give(beta, new Values(Buffer.Copy(sums.Span(c, c))));
        sums.Release();
        g.Release();
        Give(First!, new Values(dx));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        scale?.Release();
        moments.Release();
    }
}
