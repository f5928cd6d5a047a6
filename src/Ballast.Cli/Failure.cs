using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>What went wrong, said on the error output in a paragraph, and the exit code for it.</summary>
static class Failure
{
    const int NoSpace = 28;                         // ENOSPC
    const int DiskFull = unchecked((int)0x80070070);    // ERROR_DISK_FULL

    /// <summary>The key of <see cref="Exception.Data"/> under which a command says how to go on.</summary>
    public const string Remedy = "remedy";

    /// <summary>A command line that cannot be understood.</summary>
    public static int Usage(IReadOnlyList<string> problems, string command)
    {
        foreach (string problem in problems)
            Console.Error.WriteLine($"error: {InOptions(problem)}");
        Console.Error.WriteLine($"See {command} --help.");
        return 2;
    }

    /// <summary>Anything that was thrown.</summary>
    public static int Report(Exception error, string command, bool verbose)
    {
        switch (error)
        {
            case InterruptedException:
                Console.Error.WriteLine(error.Message);
                return Interruption.ExitCode;
            case OperationCanceledException:
                Console.Error.WriteLine("Stopped.");
                return Interruption.ExitCode;
            case UsageException or LayerTextException:
                return Usage([error.Message], command);
        }

        Console.Error.WriteLine($"error: {InOptions(Describe(error))}");
        if (error.Data[Remedy] is string remedy)
            Console.Error.WriteLine(remedy);
        if (verbose || Environment.GetEnvironmentVariable("BALLAST_DEBUG") is { Length: > 0 })
            Console.Error.WriteLine(error);
        return 1;
    }

    // The library names its own remedies; here they are options.
    static string InOptions(string message) => message.Replace(
        "Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.",
        "Use another --batch-size, or leave the last one out with --drop-last.", StringComparison.Ordinal).Replace(
        "Use a larger batch, or leave the last incomplete one out (DataLoader with dropLast: true).",
        "Use another --batch-size: the last batch has what is left.", StringComparison.Ordinal);

    static string Describe(Exception error) => error switch
    {
        IOException { HResult: NoSpace or DiskFull } =>
            $"{error.Message} The disk is full: free some space, or choose a folder on another one. Files that were complete are as they were.",
        UnauthorizedAccessException => $"{error.Message} Choose another folder, or ask for the right to write there.",
        OutOfMemoryException => "There is not enough memory for this. Use a smaller network or a smaller batch.",
        IOException or InvalidDataException or ArgumentException or InvalidOperationException or TrainingDivergedException
            => error.Message,
        _ => $"{error.GetType().Name}: {error.Message} This should not have happened; --verbose shows where it did.",
    };
}
