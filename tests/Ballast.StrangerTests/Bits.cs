namespace Ballast.StrangerTests;

/// <summary>Values as bits, for comparisons that leave no room.</summary>
static class Bits
{
    public static long[] Of(StateDict state) =>
    [
        .. state.SelectMany(static entry => entry.Value.Tensor is { ElementType: ElementType.Float32 } tensor
            ? tensor.ToArray().Select(static value => (long)BitConverter.SingleToInt32Bits(value))
            : [entry.Value.Number!.Value]),
    ];
}
