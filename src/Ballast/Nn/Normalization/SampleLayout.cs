using Ballast.Kernels;

namespace Ballast;

/// <summary>How layers on [N, C, ...] take their inputs.</summary>
static class SampleLayout
{
    /// <summary>Where the channels of an input lie if it is row-major.</summary>
    /// <exception cref="ArgumentException">Not [N, C, ...], or another number of channels.</exception>
    public static ChannelLayout Of(Module layer, Shape shape, int channels)
    {
        Throw.Unless(shape.Rank >= 2 && shape[1] == channels,
            $"{layer}: expected input [N, {channels}] or [N, {channels}, ...], got {shape}. The layer before it must produce {channels} channels.");
        int values = 1;
        for (int axis = 2; axis < shape.Rank; axis++)
            values *= shape[axis];
        return new ChannelLayout(shape[0], channels, values);
    }
}
