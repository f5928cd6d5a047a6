using Ballast.Kernels;

namespace Ballast;

/// <summary>Normalized values as a recipe over the values that were normalized: (x - center) scale + shift for each channel,
/// with an activation behind it or not. Batch normalization and the activation behind it are one pass over memory, made by
/// whoever reads them.</summary>
/// <remarks>x - center comes first: x scale + (shift - center scale) would lose the digits of a small spread around a large
/// mean.</remarks>
sealed class ChannelAffine(Buffer source, Buffer table, ChannelLayout layout, AffineActivation activation = AffineActivation.None) : ChannelRecipe
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => layout;

    /// <summary>What follows.</summary>
    public AffineActivation Activation => activation;

    /// <summary>Whether a ReLU follows.</summary>
    public bool HasRelu => activation == AffineActivation.Relu;

    /// <summary>The values that were normalized.</summary>
    public ReadOnlySpan<float> Source => source.Span(Layout.Length);

    /// <summary>center, scale and shift: [3, C]; then what the normalization keeps for itself.</summary>
    public Span<float> Table => table.Span(3 * Layout.C);

    /// <summary>The same values behind an activation.</summary>
    public ChannelAffine With(AffineActivation behind) => new(source.Hold(), table.Hold(), Layout, behind);

    /// <summary>Whether this is a recipe over the same normalization.</summary>
    public bool SharesTable(Buffer other) => table == other;

    /// <summary>What the normalization's gradient needs summed up, as whoever wrote the gradient of these values knows it.
    /// </summary>
    public NormalizationSums Sums(double[] totals) => new(table, HasRelu, totals);

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination)
    {
        if (HasRelu)
            Channels.Map<AffineReluMap>(Source, default, Layout, Table, default, destination);
        else if (activation == AffineActivation.Gelu)
            Channels.Map<AffineGeluMap>(Source, default, Layout, Table, default, destination);
        else
            Channels.Map<AffineMap>(Source, default, Layout, Table, default, destination);
    }

    /// <inheritdoc/>
    public override void WriteChannel(int channel, Span<float> destination)
    {
        Layout.Gather(Source, channel, destination);
        var values = Table;
        var constants = new Channel<float>(values[channel], values[Layout.C + channel], values[2 * Layout.C + channel]);
        foreach (ref float value in destination)
        {
            value = activation switch
            {
                AffineActivation.Relu => AffineReluMap.Apply<SimdScalar, float>(value, 0, constants, default),
                AffineActivation.Gelu => AffineGeluMap.Apply<SimdScalar, float>(value, 0, constants, default),
                _ => AffineMap.Apply<SimdScalar, float>(value, 0, constants, default),
            };
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        source.Release();
        table.Release();
    }
}

/// <summary>What stands behind a normalization in a <see cref="ChannelAffine"/>.</summary>
enum AffineActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A ReLU, cheap enough to be applied each time that the values are read.</summary>
    Relu,

    /// <summary>A GELU, which is computed once.</summary>
    Gelu,
}
