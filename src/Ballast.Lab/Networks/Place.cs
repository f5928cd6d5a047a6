using System.Diagnostics.CodeAnalysis;

namespace Ballast.Lab;

/// <summary>A stretch of a layer text.</summary>
readonly record struct Place(string Text, int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>Another stretch of the same text.</summary>
    public Place Slice(int start, int end) => new(Text, start, end - start);

    /// <summary>Refuses the text because of what is here.</summary>
    [DoesNotReturn]
    public void Refuse(string problem) => throw new LayerTextException(problem, Text, Start, Length);

    public override string ToString() => Text.Substring(Start, Length);
}
