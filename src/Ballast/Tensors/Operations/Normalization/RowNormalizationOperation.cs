using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(variance + eps) gamma + beta, with statistics of each row. Layer normalization (Ba et al. 2016),
/// root-mean-square normalization (Zhang &amp; Sennrich 2019) and group normalization of one value a channel are this with their layout and
/// statistics.</summary>
sealed class RowNormalizationOperation : Operation
{
    readonly Buffer source;
    readonly Buffer? scale; // gamma as it was
    readonly Buffer moments;
    readonly RowLayout layout;
    readonly bool centered;

    RowNormalizationOperation(
        Tensor x, Parameter? gamma, Parameter? beta, Buffer moments, RowLayout layout, bool centered)
        : base(x, gamma, beta)
    {
        source = x.Buffer.Hold();
        scale = gamma?.Buffer.Hold();
        this.moments = moments.Hold();
        this.layout = layout;
        this.centered = centered;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">Values that lie as <paramref name="layout"/> says.</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="layout">Where the rows lie.</param>
    /// <param name="centered">Whether the mean is subtracted and the variance taken; otherwise the mean of the squares.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Run(Tensor x, Parameter? gamma, Parameter? beta, RowLayout layout, bool centered, double epsilon)
    {
        if (Backend.Current is { } other)
        {
            return other.Apply(centered ? "group_norm" : "rms_norm", [x, gamma, beta],
                ("samples", layout.N), ("groups", layout.Groups), ("channels", layout.C / layout.Groups), ("eps", epsilon));
        }

        var moments = Buffer.Rent(RowMoments.Size * layout.Count);
        var result = Buffer.Rent(x.Length);
        RowNormalization.Forward(
            x.AsSpan(), gamma is null ? default : gamma.AsSpan(), beta is null ? default : beta.AsSpan(),
            layout, centered, epsilon, moments.Span(RowMoments.Size * layout.Count),
            result.Span(x.Length));
        var values = new Values(result);
        bool record = Tensor.Recording
            && (x.RequiresGrad || gamma is { RequiresGrad: true } || beta is { RequiresGrad: true });
        var output = record
            ? new RowNormalizationOperation(x, gamma, beta, moments, layout, centered).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
        moments.Release();
        return output;
    }

    /// <summary>See <see cref="RowNormalization.Backward"/> for the formula.</summary>
    public override void Backward(Values gradient)
    {
        int length = Output.Length, c = layout.C;
        var (gamma, beta) = ((Parameter?)Second, (Parameter?)Third);
        var g = gradient.Read(length);
        var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(length);
        var sums = Buffer.Rent(2 * c);
        RowNormalization.Backward(
            source.Span(length), g.Span(length), scale is null ? default : scale.Span(c), layout, centered,
            moments.Span(RowMoments.Size * layout.Count), dx.Span(length), sums.Span(2 * c));
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
