using System.Runtime.InteropServices;

namespace Ballast.Lab;

/// <summary>Looks up what a result's <see cref="Provenance"/> says.</summary>
public static class Machine
{
    /// <summary>Ballast's version.</summary>
    public static string BallastVersion { get; } = typeof(Tensor).Assembly.GetName().Version!.ToString(3);

    /// <summary>The provenance of what is computed here and now.</summary>
    /// <param name="commandLine">The command that makes it again.</param>
    /// <param name="data">The data it rests on.</param>
    public static Provenance Describe(string? commandLine, IReadOnlyList<DataFile> data) => new()
    {
        BallastVersion = BallastVersion,
        DotNetVersion = Environment.Version.ToString(),
        Processor = Processor(),
        Threads = Compute.Threads,
        VectorBits = 32 * Compute.SimdWidth,
        OperatingSystem = RuntimeInformation.OSDescription,
        Date = DateTimeOffset.Now,
        CommandLine = commandLine,
        Data = data,
    };

    static string Processor()
    {
        const string Linux = "/proc/cpuinfo";
        if (OperatingSystem.IsWindows())
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? Architecture();
        return File.Exists(Linux)
            ? File.ReadLines(Linux).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))
                ?.Split(':', 2)[1].Trim() ?? Architecture()
            : Architecture();
    }

    static string Architecture() => RuntimeInformation.ProcessArchitecture.ToString();
}
