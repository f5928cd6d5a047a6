using System.Security.Cryptography;

namespace Ballast;

/// <summary>A file that a dataset needs: its name in the cache folder, and what it has to contain.</summary>
sealed record DataFile(string Name, long Size, string Sha256)
{
    /// <summary>Looks at the file in a folder. Its bytes are hashed afresh, whatever was known of it before.</summary>
    public DataFileStatus Inspect(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            return new DataFileStatus(path, DataFileState.Missing, Size, null, Sha256, null);
        // Other processes may rename a new file over this one meanwhile, which needs FileShare.Delete on Windows.
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete,
            bufferSize: 0, FileOptions.SequentialScan);
        return stream.Length == Size
            ? Found(path, Size, Convert.ToHexStringLower(SHA256.HashData(stream)))
            : Found(path, stream.Length, null);
    }

    /// <summary>The status of a file of this size and hash; a null hash stands for one that need not be looked at.
    /// </summary>
    public DataFileStatus Found(string path, long size, string? sha256) => new(
        path, size == Size && sha256 == Sha256 ? DataFileState.Good : DataFileState.Damaged, Size, size, Sha256, sha256);
}
