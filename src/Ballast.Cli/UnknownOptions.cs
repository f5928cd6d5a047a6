using System.CommandLine;
using System.CommandLine.Parsing;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Options that do not exist. The parser takes them for arguments where a command has some; after <c>--</c> they are.</summary>
static class UnknownOptions
{
    const int MostListed = 12;

    /// <summary>Refuses the first one.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public static void Refuse(ParseResult parsed)
    {
        if (First(parsed) is not { } option)
            return;
        var command = parsed.CommandResult.Command;
        if ((command as ExampleCommand)?.NotTaken?.Invoke(option) is { } reason)
            throw new UsageException(reason);
        // Sixty names help nobody; the help that is named below the message explains them.
        string[] names = [.. command.Options.Select(static known => known.Name)];
        string hint = names.Length > MostListed && Suggestion.Nearest(option, names) is null ? "" : $"{Suggestion.Of(option, names)} ";
        throw new UsageException($"There is no option {option}. {hint}A file or folder of this name is written ./{option}.");
    }

    static string? First(ParseResult parsed)
    {
        var literal = parsed.Tokens.SkipWhile(static token => token.Type != TokenType.DoubleDash)
            .ToHashSet<Token>(ReferenceEqualityComparer.Instance);
        return parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static argument => argument.Tokens)
            .FirstOrDefault(token => token.Value is ['-', _, ..] && !literal.Contains(token))?.Value;
    }
}
