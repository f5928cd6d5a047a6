namespace Ballast.Cli;

/// <summary>The command was stopped before its end; what it was doing is kept.</summary>
/// <param name="message">How to go on.</param>
sealed class InterruptedException(string message) : Exception(message);
