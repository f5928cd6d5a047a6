namespace Ballast.Cli;

/// <summary>The command was called in a way that cannot work.</summary>
sealed class UsageException : Exception
{
    /// <summary>Says what cannot work, and what would.</summary>
    public UsageException(string message) : base(message)
    {
    }

    /// <summary>What the library refused, it refused of the options.</summary>
    public UsageException(ArgumentException refused) : base(RemedyWords.In(refused), refused)
    {
    }
}
