using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Ballast.Cli;

/// <summary>A command whose help ends with examples.</summary>
sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>How it is called.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>The groups that its help lists the options in; none for one list.</summary>
    public IReadOnlyList<(string Title, string[] Options)> Groups { get; init; } = [];

    /// <summary>Says of an option that the command does not have, why not; null where that is nothing special.</summary>
    public Func<string, string?>? NotTaken { get; init; }
}

/// <summary>Shows the usual help, and below it a command's examples.</summary>
sealed class HelpWithExamples : SynchronousCommandLineAction
{
    readonly HelpAction usual = new() { MaxWidth = int.MaxValue };

    public override int Invoke(ParseResult result)
    {
        var output = result.InvocationConfiguration.Output;
        using var text = new StringWriter();
        result.InvocationConfiguration.Output = text;
        usual.Invoke(result);
        result.InvocationConfiguration.Output = output;
        var groups = (result.CommandResult.Command as ExampleCommand)?.Groups ?? [];
        string arranged = HelpGroups.Arrange(text.ToString(), groups);
        output.Write(Output.Width < int.MaxValue ? HelpText.Wrap(arranged, Output.Width) : arranged);
        if (result.CommandResult.Command is ExampleCommand { Examples: var examples })
            output.WriteLine($"Examples:\n  {string.Join("\n  ", examples)}\n");
        return 0;
    }
}
