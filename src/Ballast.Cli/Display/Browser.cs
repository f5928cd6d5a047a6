using System.ComponentModel;
using System.Diagnostics;

namespace Ballast.Cli;

/// <summary>The program in which the system shows pages.</summary>
static class Browser
{
    /// <summary>Shows a report. Where that cannot be done it is said, and where the report is: the result is there all the same.
    /// </summary>
    public static void Open(string report)
    {
        string page = Path.GetFullPath(report);
        string opener = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        try
        {
            if (OperatingSystem.IsWindows())
                Process.Start(new ProcessStartInfo(page) { UseShellExecute = true })?.Dispose();
            else if (ProgramPath.Find(opener) is { } program)
                Process.Start(program, [page]).Dispose();
            else
                Output.Say($"No page is shown: {opener} is in no absolute folder of the PATH. Open {page} in a browser.");
        }
        catch (Win32Exception error)
        {
            Output.Say($"No page is shown: {error.Message} Open {page} in a browser.");
        }
    }
}
