namespace Ballast;

/// <summary>What was found of one file that a dataset needs.</summary>
/// <param name="Path">Where the file belongs.</param>
/// <param name="State">Whether it can be used.</param>
/// <param name="ExpectedSize">The bytes it has to have.</param>
/// <param name="Size">The bytes it has, null where it is missing.</param>
/// <param name="ExpectedSha256">The SHA-256 it has to have, in lower-case hexadecimal.</param>
/// <param name="Sha256">The SHA-256 it has, null where it is missing or its size is already wrong.</param>
public sealed record DataFileStatus(
    string Path, DataFileState State, long ExpectedSize, long? Size, string ExpectedSha256, string? Sha256);

/// <summary>Whether a file of a dataset can be used.</summary>
public enum DataFileState
{
    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>Size and SHA-256 are right.</summary>
    Good,

    /// <summary>Size or SHA-256 are wrong.</summary>
    Damaged,
}
