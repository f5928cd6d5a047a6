using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Ballast.Tests.Baseline;

/// <summary>The recorded hashes of this register width, <c>Fixtures/baseline-WIDTH.json</c>: an object with an entry for each
/// training.</summary>
static class BaselineFixture
{
    /// <summary>The environment variable that makes the tests write the hashes instead of comparing them.</summary>
    public const string Variable = "BALLAST_WRITE_BASELINE";

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Whether the tests write.</summary>
    public static bool Writes => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    static string File([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, $"../Fixtures/baseline-{Compute.SimdWidth}.json"));

    /// <summary>What is recorded.</summary>
    public static SortedDictionary<string, BaselineHashes> Read() => new(
        System.IO.File.Exists(File())
            ? JsonSerializer.Deserialize<Dictionary<string, BaselineHashes>>(System.IO.File.ReadAllText(File()), Options)!
            : [],
        StringComparer.Ordinal);

    /// <summary>Records the hashes of all trainings.</summary>
    public static void Write(SortedDictionary<string, BaselineHashes> hashes) =>
        System.IO.File.WriteAllText(File(), "{\n" + string.Join(",\n", hashes.Select(static entry =>
            $"  {JsonSerializer.Serialize(entry.Key, Options)}: {JsonSerializer.Serialize(entry.Value, Options)}")) + "\n}\n");
}
