namespace Ballast.Cli;

/// <summary>The output, a file or a terminal, takes no more.</summary>
/// <param name="inner">What the system said.</param>
sealed class OutputException(IOException inner)
    : IOException($"The output cannot be written: {inner.Message.TrimEnd('.')}.", inner);
