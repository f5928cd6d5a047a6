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
            Output.Say($"error: {problem}");
        Output.Say($"See {command} --help.");
        return 2;
    }

    /// <summary>Anything that was thrown.</summary>
    public static int Report(Exception error, string command, bool verbose)
    {
        switch (error)
        {
            case InterruptedException:
                Output.Say(error.Message);
                return Interruption.ExitCode;
            case OperationCanceledException:
                Output.Say("Stopped.");
                return Interruption.ExitCode;
            case UsageException or LayerTextException:
                return Usage([error.Message], command);
        }

        Output.Say($"error: {Describe(error)}");
        if (error.Data[Remedy] is string remedy && WorkingFolder.IsThere)
            Output.Say(remedy);
        if (verbose || Environment.GetEnvironmentVariable("BALLAST_DEBUG") is { Length: > 0 })
            Output.Say($"{error}");
        return 1;
    }

    static string Describe(Exception error) => error switch
    {
        IOException when !WorkingFolder.IsThere => WorkingFolder.Gone,
        OutputException => error.Message,
        IOException { HResult: NoSpace or DiskFull } =>
            $"{error.Message} The disk is full: free some space, or choose a folder on another one. Files that were complete are as they were.",
        UnauthorizedAccessException => $"{error.Message} Choose another file or folder, or ask for the right to it.",
        OutOfMemoryException => "There is not enough memory for this. Use a smaller network or a smaller batch.",
        IOException or InvalidDataException or ArgumentException or InvalidOperationException or TrainingDivergedException
            => RemedyWords.In(error),
        _ => $"{error.GetType().Name}: {error.Message} This should not have happened; --verbose shows where it did.",
    };
}
