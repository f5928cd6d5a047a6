using Ballast.Kernels;

namespace Ballast;

/// <summary>A convolution's weight laid out as the forward pass reads it, kept from one inference to the next. It holds the
/// weight it was made from, so that whatever changes the weight moves it to other memory: as long as the memory is the
/// same, so are the values.</summary>
sealed unsafe class PreparedWeight
{
    // Transforms take four times the memory of the weight: for the largest layers that is not worth the time it saves.
    const int LongestWeight = 1 << 18;

    readonly Buffer source;
    readonly Buffer prepared;
    readonly int length;
    readonly int groups;

    PreparedWeight(Buffer source, Buffer prepared, int length, int groups) =>
        (this.source, this.prepared, this.length, this.groups) = (source.Hold(), prepared, length, groups);

    /// <summary>The weight for this shape, prepared now or before, with a hold of the caller's own; null where that is not worth
    /// it. Several threads may run one network.</summary>
    public static Buffer? Hold(Parameter weight, in ConvolutionShape shape)
    {
        int length = Convolution.PreparedLength(shape);
        if (length == 0 || weight.Length > LongestWeight)
            return null;
        lock (weight)
        {
            var kept = weight.Prepared;
            var source = weight.Buffer;
            // The two ways that there are to prepare a weight differ in length.
            if (kept is not null && kept.source == source && kept.length == length && kept.groups == shape.Groups)
                return kept.prepared.Hold();
            kept?.source.Release();
            kept?.prepared.Release();
            var prepared = Buffer.Rent(length);
            fixed (float* w = source.Span(weight.Length), to = prepared.Span(length))
                Convolution.Prepare(shape, w, to);
            weight.Prepared = new PreparedWeight(source, prepared, length, shape.Groups);
            return prepared.Hold();
        }
    }
}
