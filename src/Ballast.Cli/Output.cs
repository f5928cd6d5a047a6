using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ballast.Cli;

/// <summary>Where results go, and what can be done there.</summary>
static class Output
{
    const int PlainWidth = 100;

    /// <summary>Whether a person looks at the output as it comes.</summary>
    public static bool IsTerminal { get; } = !Console.IsOutputRedirected && !IsDumb;

    static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

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

    /// <summary>Prints a line of results, or several; on a terminal broken between words. Characters in it cannot steer the terminal.</summary>
    /// <exception cref="OutputException">The output takes no more.</exception>
    public static void WriteLine(string text = "") => Guard(() => Print(Console.Out, text, IsTerminal));

    /// <summary>Prints lines for a program to read, which are not broken.</summary>
    /// <exception cref="OutputException">The output takes no more.</exception>
    public static void WriteData(string text) => Guard(() => Console.Out.WriteLine(Printable.Text(text)));

    static void Print(TextWriter writer, string text, bool isTerminal)
    {
        foreach (string line in isTerminal ? Paragraph.Wrap(Printable.Text(text), WindowWidth) : [Printable.Text(text)])
            writer.WriteLine(line);
    }

    /// <summary>How many cells a line of the terminal has; where the output is none, as many as a line takes.</summary>
    public static int Width => IsTerminal ? WindowWidth : int.MaxValue;

    // A terminal that does not say how wide it is says 0.
    static int WindowWidth => Console.WindowWidth is var width && width > 0 ? Math.Max(20, width) : int.MaxValue;

    /// <summary>The output itself, for a display that draws on a terminal.</summary>
    public static TextWriter Writer => Console.Out;

    /// <summary>Prints a table.</summary>
    /// <exception cref="OutputException">The output takes no more.</exception>
    public static void Write(IAnsiConsole console, IRenderable drawing) => Guard(() => console.Write(drawing));

    /// <summary>A cell of a table. Characters in it cannot steer the terminal.</summary>
    public static Text Cell(string text) => new(Printable.Name(text));

    /// <summary>Says something on the error output, or nothing where there is none any more.</summary>
    public static void Say(string text)
    {
        try
        {
            Print(Console.Error, text, !Console.IsErrorRedirected && !IsDumb);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Does something that writes to the output.</summary>
    /// <exception cref="OutputException">The output takes no more.</exception>
    public static void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error) when (error is not OutputException)
        {
            throw new OutputException(error);
        }
    }

    /// <summary>Brings a cursor back that a progress bar has hidden.</summary>
    public static void ShowCursor()
    {
        if (IsTerminal)
            Console.Out.Write("\u001b[?25h");
    }
}
