using System.Diagnostics;
using System.Runtime.InteropServices;
using Ballast.Cli;

namespace Ballast.Tests.Cli;

/// <summary>The command, run from outside in a folder of its own.</summary>
static partial class BallastProcess
{
    public const int HangUp = 1, Interrupt = 2, Terminate = 15;

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
    public static (int ExitCode, string Errors) RunUntil(TemporaryFolder folder, string line, bool kill, params string[] arguments) =>
        RunUntil(folder, line, kill ? null : Interrupt, arguments);

    /// <summary>The same with one signal or another; null to kill it.</summary>
    public static (int ExitCode, string Errors) RunUntil(TemporaryFolder folder, string line, int? signal, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } read && !read.StartsWith(line, StringComparison.Ordinal))
        {
        }

        if (signal is { } number)
            Assert.Equal(0, Signal(process.Id, number));
        else
            process.Kill();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors.Result.ReplaceLineEndings("\n"));
    }

    /// <summary>Runs it by a line of the shell, in which <c>ballast</c> is the command.</summary>
    public static (int ExitCode, string Output, string Errors) Shell(TemporaryFolder folder, string line)
    {
        using var process = Start(folder, "/bin/sh", ["-c", $"ballast() {{ '{Host}' '{Assembly}' \"$@\"; }}; {line}"]);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Whether there is script(1), which runs a program in a pseudoterminal.</summary>
    public static bool HasTerminals => File.Exists(Script) && File.Exists("/usr/bin/stty");

    /// <summary>Runs it in a terminal of some width: all that it writes there, to its output and to its errors.</summary>
    public static (int ExitCode, string Written) InTerminal(TemporaryFolder folder, int width, params string[] arguments)
    {
        string line = $"/usr/bin/stty cols {width} rows 40; exec '{Host}' '{Assembly}' {CommandText.Of(arguments)}";
        using var process = Start(folder, Script, ["-qec", line, "/dev/null"]);
        var errors = process.StandardError.ReadToEndAsync();
        string written = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal("", errors.Result);
        return (process.ExitCode, written);
    }

    /// <summary>A proxy that brings nothing.</summary>
    public const string NoProxy = "http://127.0.0.1:9";

    /// <summary>The environment that the command sees: nothing is there, and nothing can be brought.</summary>
    public static IEnumerable<(string Name, string Value)> Variables(TemporaryFolder folder) =>
    [
        ("TERM", "xterm"), ("BALLAST_DATA", folder.File("data")), ("PATH", folder.File("nothing")), ("XDG_DATA_DIRS", folder.File("nothing")),
        ("https_proxy", NoProxy), ("http_proxy", NoProxy),
    ];

    const string Script = "/usr/bin/script";

    static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath!;

    static string Assembly => Path.Combine(AppContext.BaseDirectory, "Ballast.Cli.dll");

    /// <summary>Starts it.</summary>
    public static Process Start(TemporaryFolder folder, params string[] arguments) =>
        Start(folder, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Assembly, .. arguments]);

    static Process Start(TemporaryFolder folder, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A process of a second or two is at its end before its profile pays.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in Variables(folder))
            start.Environment[name] = value;
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
