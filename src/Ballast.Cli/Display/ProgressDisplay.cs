namespace Ballast.Cli;

/// <summary>A progress bar below the lines that are printed. It is drawn five times a second, so that whoever reports only leaves a
/// note; and it is not set up before the first report, so that starting costs nothing. It never fills its line: nothing but it has to
/// be erased before a line is printed in its place. Where the output is no terminal there is none.</summary>
sealed class ProgressDisplay : IDisposable
{
    const string Erase = "\r\u001b[K", HideCursor = "\u001b[?25l", ShowCursor = "\u001b[?25h";

    readonly Lock drawing = new();
    readonly bool isTerminal;
    readonly TextWriter terminal;
    readonly Func<int> width;
    ProgressBar? bar;
    Timer? timer;
    Note note = new("", 0, "");

    /// <summary>On the output.</summary>
    public ProgressDisplay() : this(Output.IsTerminal, Output.Writer, static () => Console.WindowWidth)
    {
    }

    /// <summary>On a terminal of another's.</summary>
    /// <param name="isTerminal">Whether it is one.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="width">How many cells its lines have now.</param>
    internal ProgressDisplay(bool isTerminal, TextWriter terminal, Func<int> width) =>
        (this.isTerminal, this.terminal, this.width) = (isTerminal, terminal, width);

    /// <summary>Shows how far something is.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="share">How much of it is done, 0 to 1; null where that is not known.</param>
    /// <param name="detail">What else there is to say: a speed, the time that is left.</param>
    public void Report(string what, double? share, string detail)
    {
        if (!isTerminal)
            return;
        lock (drawing)
        {
            note = new Note(Printable.Name(what), share, Printable.Name(detail));
            if (timer is not null)
                return;
            // It also switches escape sequences on where they are off.
            bar = new ProgressBar(Output.Rich().Profile.Capabilities.Unicode);
            timer = new Timer(_ => Draw(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        }
    }

    /// <summary>Prints a line above the bar, on a terminal broken between words.</summary>
    /// <exception cref="OutputException">The output takes no more.</exception>
    public void WriteLine(string line) => Output.Guard(() =>
    {
        lock (drawing)
        {
            if (timer is not null)
                terminal.Write(Erase);
            string text = Printable.Text(line);
            foreach (string part in isTerminal ? Paragraph.Wrap(text, Width) : [text])
                terminal.WriteLine(part);
            if (timer is not null)
                terminal.Write(Bar());
        }
    });

    /// <summary>Takes the bar away.</summary>
    public void Dispose()
    {
        lock (drawing)
        {
            if (timer is null)
                return;
            timer.Dispose();
            timer = null;
            // A terminal that has gone took the bar with it.
            try
            {
                terminal.Write(Erase + ShowCursor);
            }
            catch (IOException)
            {
            }
        }
    }

    int Width => Math.Max(20, width());

    string Bar() => $"{HideCursor}\r{bar!.Draw(note.What, note.Share, note.Detail, Width - 1)}\u001b[K";

    void Draw()
    {
        lock (drawing)
        {
            if (timer is null)
                return;
            try
            {
                terminal.Write(Bar());
            }
            catch (IOException)
            {
            }
        }
    }

    sealed record Note(string What, double? Share, string Detail);
}
