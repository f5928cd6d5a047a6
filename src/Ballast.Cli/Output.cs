using Spectre.Console;

namespace Ballast.Cli;

/// <summary>Where results go, and what can be done there.</summary>
static class Output
{
    const int PlainWidth = 100;

    /// <summary>Whether a person looks at the output as it comes.</summary>
    public static bool IsTerminal { get; } =
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    static bool Coloured => IsTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Makes the console that tables and progress are drawn on. Spectre would draw colours and boxes into a file;
    /// what is no terminal gets plain text.</summary>
    public static IAnsiConsole Rich()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = Coloured ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Out),
        });
        if (!IsTerminal)
        {
            console.Profile.Capabilities.Unicode = false;
            console.Profile.Width = PlainWidth;
        }

        return console;
    }

    /// <summary>Brings a cursor back that a progress bar has hidden.</summary>
    public static void ShowCursor()
    {
        if (IsTerminal)
            Console.Out.Write("\u001b[?25h");
    }
}
