using Ballast.Kernels;

namespace Ballast;

/// <summary>The order in which values lie in memory: row-major, or with channels last. An operation on elements works in
/// the order it finds and hands its result on in the same one.</summary>
readonly record struct MemoryOrder(ChannelLayout Layout)
{
    /// <summary>A gradient in this order; takes over the hold on it.</summary>
    public Buffer Read(Values gradient, int length)
    {
        if (!Layout.Last)
            return gradient.Read(length);
        if (gradient.Recipe is { } deferred && deferred.Order == Layout)
        {
            var inOrder = deferred.HoldInOrder();
            deferred.Release();
            return inOrder;
        }

        var rows = gradient.Read(length);
        var transposed = Transposed(rows.Span(length));
        rows.Release();
        return transposed;
    }

    /// <summary>Row-major values in this order, in fresh memory.</summary>
    public Buffer Transposed(ReadOnlySpan<float> rowMajor)
    {
        var transposed = Buffer.Rent(Layout.Length);
        Transposition.Compute(rowMajor, transposed.Span(Layout.Length), Layout.N, Layout.C, Layout.L);
        return transposed;
    }

    /// <summary>A gradient in this order that the caller may write over.</summary>
    public Buffer ReadExclusive(Values gradient, int length)
    {
        var read = Read(gradient, length);
        return read.IsExclusive ? read : new Values(read).ReadExclusive(length);
    }

    /// <summary>Memory with channels last as values, with the mean and the biased variance of each channel.</summary>
    /// <param name="buffer">The memory.</param>
    /// <param name="moments">Takes the moments along.</param>
    public Values Values(Buffer buffer, ChannelMoments moments)
    {
        var memory = Buffer.Rent(4 * Layout.C);
        var known = ChannelsLast.MomentsOf(memory, Layout.C);
        moments.Finish(known);
        if (ChannelTables.AreFinite(known, 1))
            return new Values(new ChannelsLast(buffer, Layout, memory));
        memory.Release(); // squares that are no floats: a normalization measures for itself
        return Values(buffer);
    }

    /// <summary>Memory in this order as values.</summary>
    public Values Values(Buffer buffer) => Layout.Last ? new Values(new ChannelsLast(buffer, Layout)) : new Values(buffer);
}
