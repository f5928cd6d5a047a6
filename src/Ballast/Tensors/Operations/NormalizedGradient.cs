using Ballast.Kernels;

namespace Ballast;

/// <summary>The gradient of a normalization's input, gradient a.scale + (x - center) a.center + a.shift for each channel, not yet
/// computed: a convolution that needs it for its weight alone applies it while it reads. Whoever else reads gets it in the
/// memory of the gradient, or of x where that is nobody's any more.</summary>
/// <param name="gradient">The gradient of the result: in memory, or of a max pool behind a ReLU.</param>
/// <param name="x">The values that were normalized.</param>
/// <param name="table">center, scale and shift: [3, C].</param>
/// <param name="more">The constants a: [3, C].</param>
/// <param name="layout">Where the channels lie.</param>
/// <param name="gated">Whether a ReLU lies between the result and its gradient.</param>
sealed unsafe class NormalizedGradient(
    Values gradient, Buffer x, Buffer table, Buffer more, ChannelLayout layout, bool gated) : ChannelRecipe
{
    /// <inheritdoc/>
    public override ChannelLayout Layout => layout;

    /// <summary>Whether the gradient of the result is in memory, so that <see cref="Open"/> can be called.</summary>
    public bool IsInMemory => gradient.Buffer is not null;

    /// <summary>Opens the recipe for a kernel that applies it; this must be held for as long as it is used.</summary>
    public GradientSource Open()
    {
        fixed (float* g = gradient.Buffer!.Span(layout.Length), values = x.Span(layout.Length))
        fixed (float* constants = table.Span(3 * layout.C), a = more.Span(3 * layout.C))
            return new GradientSource(g, values, constants, a, gated);
    }

    /// <inheritdoc/>
    public override Buffer HoldInOrder()
    {
        var own = gradient.Buffer is { IsExclusive: true } alone ? alone : x;
        var result = IsExclusive && own.IsExclusive ? own.Hold() : Buffer.Rent(layout.Length);
        WriteInOrder(result.Span(layout.Length));
        return result;
    }

    /// <inheritdoc/>
    public override void WriteInOrder(Span<float> destination)
    {
        Span<float> values = x.Span(layout.Length), constants = table.Span(3 * layout.C), a = more.Span(3 * layout.C);
        if (gradient.Recipe is PooledGradient pooled)
        {
            fixed (float* from = values, dy = pooled.Pooled, t = constants, m = a, to = destination)
                PooledNormalization.Map(pooled.Shape, from, dy, t, m, to);
            return;
        }

        Write(values, gradient.Buffer!.Span(layout.Length), constants, a, layout, gated, destination);
    }

    /// <summary>Computes the gradient at once.</summary>
    public static void Write(
        Span<float> x, Span<float> gradient, Span<float> table, Span<float> more, ChannelLayout layout, bool gated,
        Span<float> destination)
    {
        if (gated)
            Channels.Map<GradientMap<ReluGate>>(x, gradient, layout, table, more, destination);
        else
            Channels.Map<GradientMap<OpenGate>>(x, gradient, layout, table, more, destination);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        gradient.Release();
        x.Release();
        table.Release();
        more.Release();
    }
}
