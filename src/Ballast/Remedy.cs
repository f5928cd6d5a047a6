namespace Ballast;

/// <summary>The remedy at the end of an exception's message, apart from what is wrong, so that a program can say it in the words of its
/// own settings.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Text">The same in the library's words, as it stands in the message.</param>
public sealed record Remedy(RemedyKind Kind, string Text)
{
    const string Key = "Ballast.Remedy";

    /// <summary>The remedy of an exception, or of one that it was made of; null where it has none.</summary>
    public static Remedy? Of(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause.Data[Key] is Remedy remedy)
                return remedy;
        }

        return null;
    }

    /// <summary>The exception of a refused argument with this remedy.</summary>
    /// <param name="problem">What came and what was expected.</param>
    internal ArgumentException Refuse(string problem) => new($"{problem} {Text}") { Data = { [Key] = this } };
}

/// <summary>The remedies that depend on a program's settings.</summary>
public enum RemedyKind
{
    /// <summary>Another batch size; the last batch is needed.</summary>
    LargerBatches,

    /// <summary>Another batch size, or no last, incomplete batch.</summary>
    CompleteBatches,

    /// <summary>A batch size that virtual batches divide, and no incomplete batch.</summary>
    VirtualBatches,

    /// <summary>Equally many samples of each source in a batch, and no incomplete batch.</summary>
    EqualSources,

    /// <summary>Larger inputs, or less pooling.</summary>
    LargerInputs,
}
