using Ballast.Kernels;

namespace Ballast;

sealed partial class NormalizationOperation
{
    [ThreadStatic] static ChannelSums? pooledSums;
    [ThreadStatic] static ChannelSums? gateSums;

    /// <summary>With g the gradient, m values a channel, h = (x - mean) / sqrt(var + eps): dbeta = sum g, dgamma = sum g h,
    /// dx = gamma / sqrt(var + eps) (g - dbeta / m - h dgamma / m); without batch statistics the two means drop out. With a
    /// correction h r + d in the place of h, dgamma = sum g (h r + d), and dx is r times as large. Among several workers the
    /// two means are over the samples of all; dgamma and dbeta are those of one's own.</summary>
    public override void Backward(Values gradient)
    {
        var layout = chunks.Whole;
        int channels = chunks.Channels;
        double[]? rented = null;
        Span<double> sums = channels <= 64
            ? stackalloc double[2 * 64] : rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * channels);
        sums = sums[..(2 * channels)];
        var g = Open(gradient, sums, out bool gated, out bool known, out var pool);
        if (!known && pool is null && GoesByColumns)
        {
            GiveByColumns(g, gated, sums);
        }
        else
        {
            if (!batchStatistics && !Learns)
                sums.Clear(); // nobody asks for them
            else if (!known)
                Sum(g, pool, gated, sums);
            Center(sums);
            GiveSums(sums);
            if (Communicator is { } communicator && First!.RequiresGrad)
                communicator.AllReduceSum(sums);
            GiveInput(g, pool, gated, sums);
        }

        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

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

    // With channels last, whoever made the input computes its gradient when its own memory is free.
    void GiveInput(Buffer g, PoolShape? pool, bool gated, ReadOnlySpan<double> sums)
    {
        if (!First!.RequiresGrad)
        {
            g.Release();
            return;
        }

        var more = Constants(sums);
        int length = chunks.Whole.Length;
        if (chunks.Whole.Last)
        {
            Give(First, new Values(new DeferredNormalizationGradient(
                g, pool, source.Hold(), table.Hold(), more, chunks, rows, gated, batchStatistics)));
            return;
        }

        var dx = Place.For(length, g);
        DeferredNormalizationGradient.Write(
            source.Span(length), g.Span(length), Table, more.Span(MoreLength), chunks, Pitch, gated, batchStatistics, dx.Span(length));
        g.Release();
        more.Release();
        Give(First, new Values(dx));
    }

    // Whether sums and gradient can be formed for some channels after the other.
    bool GoesByColumns => batchStatistics && chunks.Count == 1 && Communicator is null && First!.RequiresGrad
        && !chunks.Whole.Last && Channels.GoesByColumns(chunks.Whole);

    Span<float> Table => table.Span(chunks.Count * Pitch);

    // The gradient's constants of all chunks.
    int MoreLength => GradientRows.Count * chunks.Channels;

    bool Learns => NormalizationPlan.AnyLearns((Parameter?)Second, (Parameter?)Third, Pairs);

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

    // Makes the sums of the gradient times x - center those of the gradient times x - mean.
    unsafe void Center(Span<double> sums)
    {
        int c = chunks.Whole.C;
        fixed (float* constants = Table)
        fixed (double* all = sums)
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
                ChannelTables.Center(constants + (nint)chunk * Pitch, all + (nint)chunk * 2 * c, c);
        }
    }

    unsafe Buffer Constants(ReadOnlySpan<double> sums)
    {
        int c = chunks.Whole.C;
        var more = Buffer.Rent(MoreLength);
        fixed (float* constants = Table, to = more.Span(MoreLength))
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                var own = sums.Slice(chunk * 2 * c, 2 * c);
                if (batchStatistics)
                {
                    fixed (double* from = own)
                        ChannelTables.GradientMap(constants + (nint)chunk * Pitch, from, c, Count, to + (nint)chunk * GradientRows.Count * c);
                    continue;
                }

                var gradientConstants = new GradientConstants(constants + (nint)chunk * Pitch, c, Count, batchStatistics: false);
                for (int i = 0; i < c; i++)
                    gradientConstants.Fill(i, own[i], own[c + i], to + (nint)chunk * GradientRows.Count * c + i, c);
            }
        }

        return more;
    }
}
