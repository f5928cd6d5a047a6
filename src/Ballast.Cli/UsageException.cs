namespace Ballast.Cli;

/// <summary>The command was called in a way that cannot work.</summary>
sealed class UsageException(string message) : Exception(message);
