using System.Diagnostics;

namespace Ballast.Cli;

/// <summary>How long it took from the start of the program until the first training step was done.</summary>
static class FirstStep
{
    static DateTime? start; // null: the process's
    /// <summary>The time, or null before the step.</summary>
    public static TimeSpan? After { get; private set; }

    /// <summary>Begins anew, for a command that is not the program's first.</summary>
    public static void Begin()
    {
        After = null;
        start = DateTime.Now;
    }

    /// <summary>Notes the time when it is called first, and says whether it was.</summary>
    public static bool Mark()
    {
        if (After is not null)
            return false;
        using var process = Process.GetCurrentProcess();
        After = DateTime.Now - (start ?? process.StartTime);
        return true;
    }
}
