using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>The refusals of data that is not there or not right: each names the file, what was found, and the remedy.
/// </summary>
static class DataErrors
{
    /// <summary>A cached file has another size or content than it should.</summary>
    [DoesNotReturn]
    public static void Damaged(DataFileStatus file, string fetch) => Throw.InvalidData(
        $"{file.Path} is damaged: {Difference(file)}. Run `{fetch}`, which replaces it.");

    /// <summary>Files are missing, and nobody may bring them.</summary>
    [DoesNotReturn]
    public static void Missing(string title, string folder, IEnumerable<string> names, string fetch) => Unavailable(
        $"{title}: {string.Join(", ", names)} missing in {folder}. "
        + $"Run `{fetch}`, allow downloading, or put the files there by hand.");

    /// <summary>No source could bring the files.</summary>
    [DoesNotReturn]
    public static void Unfetched(
        string title, string folder, IEnumerable<string> names, string fetch,
        IReadOnlyList<(IDataSource Source, Exception Error)> failures)
    {
        var attempts = failures.Select((failure, i) => $"  {i + 1}. {failure.Source.Name}: {failure.Error.Message}\n");
        Unavailable($"{title} could not be fetched:\n{string.Concat(attempts)}"
            + $"Once one of these works, run `{fetch}`; or put {string.Join(", ", names)} into "
            + $"{folder} by hand.", failures.Count > 0 ? failures[^1].Error : null);
    }

    /// <summary>A source brought something else than the files.</summary>
    [DoesNotReturn]
    public static void Wrong(DataFileStatus file) => Throw.InvalidData(
        $"it brought a wrong {Path.GetFileName(file.Path)}: {Difference(file)}");

    /// <summary>Something outside this program failed: a network, a disk, another program.</summary>
    [DoesNotReturn]
    public static void Unavailable(string message, Exception? inner = null) => throw new IOException(message, inner);

    static string Difference(DataFileStatus file) => file switch
    {
        { Size: null } => $"expected {file.ExpectedSize} bytes, found nothing",
        { Sha256: null } => $"expected {file.ExpectedSize} bytes, found {file.Size}",
        _ => $"expected the SHA-256 {file.ExpectedSha256}, found {file.Sha256}",
    };
}
