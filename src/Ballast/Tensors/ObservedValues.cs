namespace Ballast;

/// <summary>The values of a tensor on its way through a network, to be looked at. Values that nobody has read yet are computed
/// for whoever looks and for nobody else: the computation goes on exactly as it would have.</summary>
/// <remarks>Good until the hook that was given it returns.</remarks>
public readonly ref struct ObservedValues
{
    readonly Tensor tensor;

    internal ObservedValues(Tensor tensor) => this.tensor = tensor;

    /// <summary>The sizes of the axes, outermost first.</summary>
    public Shape Shape => tensor.Shape;

    /// <summary>How many values there are.</summary>
    public int Length => tensor.Length;

    /// <summary>Writes all values, row-major.</summary>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public void CopyTo(Span<float> destination)
    {
        Throw.Unless(destination.Length == Length,
            $"ObservedValues {Shape}: expected room for {Length} values, got room for {destination.Length}.");
        var values = tensor.Values;
        if (values.Buffer is { } buffer)
            buffer.Span(Length).CopyTo(destination);
        else
            values.Recipe!.Write(destination);
    }

    /// <summary>All values as an array, row-major.</summary>
    public float[] ToArray()
    {
        float[] values = new float[Length];
        CopyTo(values);
        return values;
    }

    /// <summary>How many values each channel of [N, C, ...] has.</summary>
    public int ChannelLength => Length / Math.Max(1, Channels());

    /// <summary>Writes the values of one channel of [N, C, ...], sample by sample.</summary>
    /// <param name="channel">0 up to C - 1.</param>
    /// <param name="destination">As many values as <see cref="ChannelLength"/> says.</param>
    /// <exception cref="ArgumentException">There is no such channel, or the destination has another size.</exception>
    public void CopyChannel(int channel, Span<float> destination)
    {
        int channels = Channels();
        Throw.Unless((uint)channel < (uint)channels,
            $"ObservedValues {Shape}: there is no channel {channel}; there are {channels}.");
        Throw.Unless(destination.Length == ChannelLength,
            $"ObservedValues {Shape}: a channel has {ChannelLength} values, got room for {destination.Length}.");
        var values = tensor.Values;
        if (values.Recipe is { } deferred && deferred.TryWriteChannel(Shape, channel, destination))
            return;

        Buffer all;
        if (values.Buffer is { } buffer)
        {
            all = buffer.Hold();
        }
        else
        {
            all = Buffer.Rent(Length);
            values.Recipe!.Write(all.Span(Length));
        }

        new Kernels.ChannelLayout(Shape[0], channels, Length / Math.Max(1, Shape[0] * channels))
            .Gather(all.Span(Length), channel, destination);
        all.Release();
    }

    /// <summary>The values below which these shares of all values lie, interpolated between neighbours.
    /// PyTorch: <c>torch.quantile</c>. NaN where a value is NaN or there is none.</summary>
    /// <param name="shares">From 0, the smallest value, to 1, the largest.</param>
    /// <exception cref="ArgumentException">A share outside 0 to 1.</exception>
    public float[] Quantiles(params ReadOnlySpan<double> shares)
    {
        var copy = Buffer.Rent(Length);
        CopyTo(copy.Span(Length));
        return Quantiles(copy, Length, shares);
    }

    /// <summary>The same of one channel of [N, C, ...].</summary>
    /// <inheritdoc cref="Quantiles(ReadOnlySpan{double})"/>
    /// <param name="channel">0 up to C - 1.</param>
    /// <param name="shares">From 0, the smallest value, to 1, the largest.</param>
    public float[] ChannelQuantiles(int channel, params ReadOnlySpan<double> shares)
    {
        int length = ChannelLength;
        var copy = Buffer.Rent(length);
        CopyChannel(channel, copy.Span(length));
        return Quantiles(copy, length, shares);
    }

    int Channels()
    {
        Throw.Unless(Shape.Rank >= 2, $"ObservedValues {Shape}: expected [N, C, ...], which has channels.");
        return Shape[1];
    }

    static float[] Quantiles(Buffer copy, int length, ReadOnlySpan<double> shares)
    {
        var sorted = copy.Span(length);
        sorted.Sort(); // NaN comes first
        float[] results = new float[shares.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            double share = shares[i];
            Throw.Unless(share is >= 0 and <= 1, $"ObservedValues: expected shares from 0 to 1, got {share}.");
            double rank = share * (length - 1);
            int below = (int)rank;
            results[i] = length == 0 || float.IsNaN(sorted[0]) ? float.NaN
                : below == rank ? sorted[below]
                : (float)(sorted[below] + (rank - below) * ((double)sorted[below + 1] - sorted[below]));
        }

        copy.Release();
        return results;
    }
}
