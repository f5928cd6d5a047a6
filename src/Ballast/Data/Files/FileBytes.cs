using System.Security.Cryptography;

namespace Ballast;

/// <summary>The bytes of a file in memory, at addresses that do not change for as long as the object lives.</summary>
abstract unsafe class FileBytes
{
    readonly Lazy<string> sha256;

    private protected FileBytes(string path)
    {
        Path = path;
        sha256 = new Lazy<string>(() => Convert.ToHexStringLower(SHA256.HashData(Bytes)));
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>The number of bytes.</summary>
    public int Length { get; private protected init; }

    /// <summary>The whole file.</summary>
    public ReadOnlySpan<byte> Bytes => new(Start, Length);

    /// <summary>The SHA-256 of the whole, in lower-case hexadecimal; computed once.</summary>
    public string Sha256 => sha256.Value;

    private protected byte* Start { get; init; }
}
