using System.ComponentModel;
using System.Diagnostics;

namespace Ballast;

/// <summary>Runs a program that is installed to its end, without input, and takes what it says.</summary>
static class ProgramRun
{
    /// <summary>Runs it.</summary>
    /// <param name="program">Its full path.</param>
    /// <param name="arguments">What it is told.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="cancellation">Ends it and what it has started.</param>
    /// <returns>Its exit code, what it wrote, and its errors.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static (int Code, string Output, string Errors) Run(
        string program, string[] arguments, string folder, CancellationToken cancellation)
    {
        using var process = Start(program, arguments, folder);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            process.WaitForExitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            throw;
        }

        return (process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>A text on one line.</summary>
    public static string OneLine(string text) =>
        string.Join(' ', text.Split((char[])['\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries));

    static Process Start(string program, string[] arguments, string folder)
    {
        // npm is a script on Windows, which only the shell there can start.
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(Path.Combine(Environment.SystemDirectory, "cmd.exe"), ["/d", "/c", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = folder;
        // npm starts node by name.
        start.Environment["PATH"] = ProgramPath.AbsoluteFolders();
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            DataErrors.Unavailable($"{program} cannot be started: {e.Message}", e);
            return null;
        }
    }
}
