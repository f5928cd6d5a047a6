namespace Ballast.Lab;

/// <summary>A mistake in a layer text. The message has the problem, the text, and a line of carets under the place.</summary>
public sealed class LayerTextException : FormatException
{
    const int Before = 40;
    const int Width = 76;

    /// <summary>Describes the mistake.</summary>
    /// <param name="problem">What is wrong and what was expected.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where in it the mistake begins.</param>
    /// <param name="length">How many characters it has; 0 where something is missing.</param>
    public LayerTextException(string problem, string text, int start, int length)
        : base($"{problem}\n{Show(text, start, length)}")
    {
        Problem = problem;
        Start = start;
        Length = length;
    }

    /// <summary>What is wrong and what was expected, without the text.</summary>
    public string Problem { get; }

    /// <summary>Where in the text the mistake begins.</summary>
    public int Start { get; }

    /// <summary>How many characters it has.</summary>
    public int Length { get; }

    // A long text is cut around the place; a line break or tab in it would move the carets.
    static string Show(string text, int start, int length)
    {
        int from = start + length <= Width ? 0 : Math.Max(0, start - Before);
        int to = Math.Min(text.Length, from + Width);
        string shown = string.Concat(text[from..to].Select(letter => char.IsControl(letter) ? ' ' : letter));
        string lead = from > 0 ? "..." : "";
        string carets = new('^', Math.Clamp(length, 1, Math.Max(1, to - start)));
        return $"  {lead}{shown}{(to < text.Length ? "..." : "")}\n  {new string(' ', lead.Length + start - from)}{carets}";
    }
}
