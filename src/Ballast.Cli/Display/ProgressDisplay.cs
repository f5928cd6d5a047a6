using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ballast.Cli;

/// <summary>A progress bar below the lines that are printed. It is drawn by a thread of its own, five times a second, so
/// that whoever reports only leaves a note; and it is not set up before the first report, so that starting costs nothing.
/// Where the output is no terminal there is none.</summary>
sealed class ProgressDisplay : IDisposable
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    readonly ManualResetEventSlim ended = new();
    IAnsiConsole? console;
    Thread? thread;
    volatile Note note = new("", 0, "");

    /// <summary>Shows how far something is.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="share">How much of it is done, 0 to 1; null where that is not known.</param>
    /// <param name="detail">What else there is to say: a speed, the time that is left.</param>
    public void Report(string what, double? share, string detail)
    {
        if (!Output.IsTerminal)
            return;
        note = new Note(what, share, detail);
        if (thread is not null)
            return;
        console = Output.Rich();
        thread = new Thread(Draw) { IsBackground = true, Name = "Ballast progress" };
        thread.Start();
    }

    /// <summary>Prints a line above the bar.</summary>
    public void WriteLine(string line)
    {
        if (console is null)
            Console.Out.WriteLine(line);
        else
            console.WriteLine(line);
    }

    /// <summary>Takes the bar away.</summary>
    public void Dispose()
    {
        ended.Set();
        thread?.Join();
        thread = null;
        console = null;
    }

    // A terminal that goes away takes the bar with it, not the training.
    void Draw()
    {
        try
        {
            DrawUntilEnded();
        }
        catch (IOException)
        {
        }
    }

    void DrawUntilEnded() => console!.Progress()
        .AutoClear(true)
        .AutoRefresh(false)
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new PercentageColumn(),
            new DetailColumn(() => note.Detail))
        .Start(context =>
        {
            var task = context.AddTask(Markup.Escape(note.What), maxValue: 1);
            do
            {
                var now = note;
                task.Description = Markup.Escape(now.What);
                task.IsIndeterminate = now.Share is null;
                task.Value = now.Share ?? 0;
                context.Refresh();
            }
            while (!ended.Wait(Interval));
        });

    sealed record Note(string What, double? Share, string Detail);

    sealed class DetailColumn(Func<string> text) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(text());
    }
}
