namespace Ballast.Cli;

/// <summary>The library's remedies in the words of the command's options.</summary>
static class RemedyWords
{
    /// <summary>An exception's message, its remedy in options.</summary>
    public static string In(Exception error) => Remedy.Of(error) is { } remedy
        ? error.Message.Replace(remedy.Text, Of(remedy.Kind), StringComparison.Ordinal)
        : error.Message;

    /// <summary>A remedy.</summary>
    public static string Of(RemedyKind remedy) => remedy switch
    {
        RemedyKind.LargerBatches => "Use another --batch-size: the last batch has what is left.",
        RemedyKind.CompleteBatches => "Use another --batch-size, or leave the last one out with --drop-last.",
        RemedyKind.VirtualBatches => "Use a --batch-size that is a multiple of it and --drop-last, or a virtual batch that divides both.",
        RemedyKind.EqualSources => "Use a --batch-size that the sources divide, and --drop-last.",
        RemedyKind.LargerInputs => "Use larger images, or less pooling before it.",
        _ => throw new ArgumentException($"There are no words for {remedy}."),
    };
}
