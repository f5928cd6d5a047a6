using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The <c>ballast</c> command.</summary>
static class Application
{
    /// <summary>Runs it: 0 when all went well, 1 when something failed, 2 when it was called wrongly, 3 when the doctor found
    /// something, 128 and the signal's number when it was interrupted.</summary>
    public static int Run(string[] arguments)
    {
        CommandText.Words = arguments;
        var (root, help) = Make();
        root.SetAction(help.Invoke);

        // A file may be called @one.png, also where a pattern of the shell finds it.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return Failure.Usage([.. parsed.Errors.Select(error => error.Message + Hint(parsed, error.Message))], Name(parsed));
        try
        {
            if (parsed.Action is not HelpAction and not HelpWithExamples)
            {
                EmptyArguments.Refuse(parsed);
                UnknownOptions.Refuse(parsed);
            }

            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
#pragma warning disable CA1031 // Whatever goes wrong becomes a message and an exit code.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return Failure.Report(error, Name(parsed), parsed.GetValue(CommonOptions.Verbose));
        }
    }

    /// <summary>The command and all that belong to it, and what shows their help.</summary>
    internal static (RootCommand Root, HelpWithExamples Help) Make()
    {
        var root = new RootCommand("Trains neural networks with batch normalization, in plain C#.")
        {
            CompareCommand.Make(),
            StudyCommand.Make(),
            TrainCommand.Make(),
            EvaluateCommand.Make(),
            PredictCommand.Make(),
            DoctorCommand.Make(),
            DataCommand.Make(),
            InspectCommand.Make(),
            ConvertCommand.Make(),
#if PICTURES
            ExportCommand.Make(),
#endif
        };
        root.Add(CommonOptions.Verbose);
        var help = new HelpWithExamples();
        root.Options.OfType<HelpOption>().Single().Action = help;
        return (root, help);
    }

    // What is not known is perhaps misspelled.
    static string Hint(ParseResult parsed, string message)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => message.Contains($"'{token}'", StringComparison.Ordinal)) is not { } word)
            return "";
        var command = parsed.CommandResult.Command;
        if (word.StartsWith('-'))
            return Suggestion.Nearest(word, command.Options.Select(static option => option.Name)) is { } nearest ? $" Did you mean {nearest}?" : "";
        return command.Subcommands.Count > 0 ? $" {Suggestion.Of(word, command.Subcommands.Select(static part => part.Name))}" : "";
    }

    static string Name(ParseResult parsed)
    {
        string name = "";
        for (SymbolResult? part = parsed.CommandResult; part is CommandResult { Command: not RootCommand and var command }; part = part.Parent)
            name = $" {command.Name}{name}";
        return $"ballast{name}";
    }
}
