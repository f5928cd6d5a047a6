using Ballast.Kernels;

namespace Ballast;

// How the gradient comes in (through a ReLU, another function, a max pool), and the passes over it and the input.
sealed partial class NormalizationOperation
{
    [ThreadStatic] static ChannelSums? pooledSums;
    [ThreadStatic] static ChannelSums? gateSums;

    // The gradient in memory in the order of the layout, or that of a max pool's result. A ReLU after the normalization is passed in
    // the passes over it; any other function in a pass of its own here, which finds the sums too.
    Buffer Open(Values gradient, Span<double> sums, out bool gated, out bool known, out PoolShape? pool)
    {
        (gated, known, pool) = (false, false, null);
        var order = new MemoryOrder(chunks.Whole);
        int length = chunks.Whole.Length;
        if (gradient.Recipe is not { } deferred || !deferred.TryGate(table, out var after, out var function))
            return order.Read(gradient, length);
        after.Hold();
        gradient.Release();
        gated = function == Pointwise.Relu;
        if (gated && (batchStatistics || !First!.RequiresGrad) && after.Recipe is { } sparse && sparse.TryPooled(out var pooled)
            && PooledNormalization.Fits(pooled.Shape))
        {
            var dy = pooled.Values.Hold();
            pool = pooled.Shape;
            after.Release();
            return dy;
        }

        var g = order.Read(after, length);
        if (gated)
            return g;
        known = true;
        var passed = Place.For(length, g);
        function.GateNormalized(
            source.Span(length), g.Span(length), chunks.Whole, table.Span(ChannelRows.Read * chunks.Whole.C), passed.Span(length), sums,
            gateSums ??= new ChannelSums());
        g.Release();
        return passed;
    }

    // Sums and gradient for some channels after the other.
    void GiveByColumns(Buffer g, bool gated, Span<double> sums)
    {
        var layout = chunks.Whole;
        int length = layout.Length;
        var dx = Place.For(length, g);
        if (gated)
            Channels.Gradient<ReluGate>(source.Span(length), g.Span(length), layout, Table, sums, dx.Span(length));
        else
            Channels.Gradient<OpenGate>(source.Span(length), g.Span(length), layout, Table, sums, dx.Span(length));
        GiveSums(sums);
        g.Release();
        Give(First!, new Values(dx));
    }

    // Whether sums and gradient can be formed for some channels after the other.
    bool GoesByColumns => batchStatistics && chunks.Count == 1 && Communicator is null && First!.RequiresGrad
        && !chunks.Whole.Last && Channels.GoesByColumns(chunks.Whole);

    unsafe void Sum(Buffer gradient, PoolShape? pool, bool gated, Span<double> sums)
    {
        var x = source.Span(chunks.Whole.Length);
        if (pool is { } shape)
        {
            var parts = pooledSums ??= new ChannelSums();
            int c = chunks.Whole.C;
            var each = shape with { N = chunks.Each.N };
            fixed (float* from = x, dy = gradient.Span(shape.Output.Length), t = Table)
            {
                for (int chunk = 0; chunk < chunks.Count; chunk++)
                {
                    PooledNormalization.Sum(
                        each, from + (nint)chunk * chunks.Each.Length, dy + (nint)chunk * each.Output.Length,
                        t + (nint)chunk * Pitch, parts);
                    parts.Finish(sums.Slice(chunk * 2 * c, 2 * c));
                }
            }

            return;
        }

        var g = gradient.Span(chunks.Whole.Length);
        if (gated)
            chunks.Sum<GradientTerm<ReluGate>>(x, g, Table, Pitch, sums);
        else
            chunks.Sum<GradientTerm<OpenGate>>(x, g, Table, Pitch, sums);
    }
}
