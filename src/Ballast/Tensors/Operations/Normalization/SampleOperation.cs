using System.Buffers;
using Ballast.Kernels;

namespace Ballast;

/// <summary>A normalization with statistics of each sample's channels, in the memory order of its input: what its kinds have in
/// common.</summary>
abstract unsafe class SampleOperation : Operation
{
    readonly Buffer source;
    readonly Buffer constants;

    protected SampleOperation(Tensor x, Parameter gamma, Parameter beta, Buffer source, Buffer constants, MemoryOrder order)
        : base(x, gamma, beta)
    {
        this.source = source.Hold();
        this.constants = constants.Hold();
        Memory = order;
    }

    /// <summary>The order of the values.</summary>
    protected MemoryOrder Memory { get; }

    /// <summary>Where the channels lie.</summary>
    protected ChannelLayout Layout => Memory.Layout;

    /// <summary>The input.</summary>
    protected ReadOnlySpan<float> Source => source.Span(Layout.Length);

    /// <summary>What each channel of each sample is normalized with: [N, <see cref="SampleRows.Count"/>, C].</summary>
    protected Span<float> Constants => constants.Span(ConstantCount(Layout));

    /// <summary>How many constants a layout has.</summary>
    protected static int ConstantCount(ChannelLayout layout) => layout.N * SampleRows.Count * layout.C;

    /// <summary>The constants of a sample.</summary>
    protected static SampleRows Rows(Buffer constants, ChannelLayout layout, int sample)
    {
        // Buffers never move: the address outlives the fixed statement.
        fixed (float* table = constants.Span(ConstantCount(layout)))
            return new(table + (nint)sample * SampleRows.Count * layout.C, layout.C);
    }

    /// <summary>The constants of a sample.</summary>
    protected SampleRows Rows(int sample) => Rows(constants, Layout, sample);

    /// <summary>The sums of a sample: [<see cref="SampleChannels.Sums"/>, C].</summary>
    protected ReadOnlySpan<double> Own(ReadOnlySpan<double> sums, int sample)
    {
        int length = SampleChannels.Sums * Layout.C;
        return sums.Slice(sample * length, length);
    }

    /// <summary>Whether gradients are recorded and one of these wants them.</summary>
    protected static bool Records(Tensor x, params ReadOnlySpan<Parameter?> parameters)
    {
        bool wanted = x.RequiresGrad;
        foreach (var parameter in parameters)
            wanted |= parameter is { RequiresGrad: true };
        return Tensor.Recording && wanted;
    }

    /// <summary>The result of a map.</summary>
    protected static Values Map<M>(Buffer source, Buffer constants, MemoryOrder order)
        where M : struct, ISampleMap
    {
        var layout = order.Layout;
        var result = Buffer.Rent(layout.Length);
        SampleChannels.Map<M>(
            source.Span(layout.Length), default, layout, constants.Span(ConstantCount(layout)), result.Span(layout.Length));
        return order.Values(result);
    }

    /// <summary>The gradient's sums, what <see cref="Finish"/> makes of them, and the gradient of the input.</summary>
    protected void Backward<T, M>(Values gradient)
        where T : struct, ISampleTerm
        where M : struct, ISampleMap
    {
        int length = Layout.Length;
        var g = Memory.ReadExclusive(gradient, length);
        int count = Layout.N * SampleChannels.Sums * Layout.C;
        double[] rented = ArrayPool<double>.Shared.Rent(count);
        SampleChannels.Sum<T>(Source, g.Span(length), Layout, Constants, rented);
        Finish(rented.AsSpan(0, count));
        ArrayPool<double>.Shared.Return(rented);
        if (!First!.RequiresGrad)
        {
            g.Release();
            return;
        }

        SampleChannels.Map<M>(Source, g.Span(length), Layout, Constants, g.Span(length));
        Give(First, Memory.Values(g));
    }

    /// <summary>Gives the parameters their gradients and completes the constants for the input's.</summary>
    /// <param name="sums">[N, <see cref="SampleChannels.Sums"/>, C].</param>
    protected abstract void Finish(ReadOnlySpan<double> sums);

    /// <summary>Gives a parameter [C] its gradient, where it wants one.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">[C].</param>
    protected void Give(Parameter? parameter, ReadOnlySpan<double> gradient)
    {
        if (parameter is not { RequiresGrad: true })
            return;
        var rounded = Buffer.Rent(Layout.C);
        for (int c = 0; c < Layout.C; c++)
            rounded.Span(Layout.C)[c] = (float)gradient[c];
        Give(parameter, new Values(rounded));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        constants.Release();
    }
}
