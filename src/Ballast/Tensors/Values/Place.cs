namespace Ballast;

/// <summary>Where a result is written: over memory that nobody else holds any more, or into fresh memory.</summary>
/// <remarks>A kernel that may write over an operand says so by passing it, null otherwise; that it is the only holder left, that the memory
/// is large enough and that it can be handed on is found out here and nowhere else.</remarks>
static class Place
{
    /// <summary>Memory for a result of so many floats, with a hold of the caller's own: the first operand's if it is free, else the
    /// second's, else fresh memory.</summary>
    public static Buffer For(int length, Buffer? first, Buffer? second = null) =>
        IsFree(first, length) ? first!.Hold() : IsFree(second, length) ? second!.Hold() : Buffer.Rent(length);

    static bool IsFree(Buffer? buffer, int length) =>
        buffer is { IsExclusive: true, IsPinned: true, Type: ElementType.Float32 } && buffer.Capacity >= length;
}
