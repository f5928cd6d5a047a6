using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ballast.Tests;

/// <summary>The command, run from outside in a folder of its own.</summary>
static partial class BallastProcess
{
    const int Interrupt = 2;

    /// <summary>Runs it to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(TemporaryFolder folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.ReplaceLineEndings("\n"), errors.Result.ReplaceLineEndings("\n"));
    }

    /// <summary>Runs it until a line of its output begins with <paramref name="line"/>, then sends a signal.</summary>
    public static (int ExitCode, string Errors) RunUntil(TemporaryFolder folder, string line, bool kill, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } read && !read.StartsWith(line, StringComparison.Ordinal))
        {
        }

        if (kill)
            process.Kill();
        else
            Assert.Equal(0, Signal(process.Id, Interrupt));
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors.Result.ReplaceLineEndings("\n"));
    }

    /// <summary>Starts it; its output is read by whoever started it.</summary>
    public static Process Start(TemporaryFolder folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                // Nothing is there, and nothing can be brought.
                ["BALLAST_DATA"] = folder.File("data"),
                ["PATH"] = folder.File("nothing"),
                ["XDG_DATA_DIRS"] = folder.File("nothing"),
                ["https_proxy"] = "http://127.0.0.1:9",
                ["http_proxy"] = "http://127.0.0.1:9",
            },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Ballast.Cli.dll"));
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
