using System.CommandLine;
using System.CommandLine.Parsing;

namespace Ballast.Cli;

/// <summary>Options and arguments whose text is empty, as a variable of a script that is not set.</summary>
static class EmptyArguments
{
    /// <summary>Refuses the first one.</summary>
    /// <exception cref="UsageException">There is one.</exception>
    public static void Refuse(ParseResult parsed)
    {
        foreach (var part in parsed.CommandResult.Children)
        {
            if (!part.Tokens.Any(static token => string.IsNullOrWhiteSpace(token.Value)))
                continue;
            var (name, expected) = part switch
            {
                OptionResult { Option: var option } => (option.Name, option.HelpName ?? "a value"),
                ArgumentResult { Argument: var argument } => (argument.Name, argument.Name),
                _ => ("the command", "a value"),
            };
            throw new UsageException($"{name}: expected {expected}, got an empty text. Give it, or leave {name} out.");
        }
    }
}
