namespace Ballast.Lab;

/// <summary>Where a result comes from: enough to make it again.</summary>
public sealed record Provenance
{
    /// <summary>Ballast's version.</summary>
    public required string BallastVersion { get; init; }

    /// <summary>The .NET runtime's version.</summary>
    public required string DotNetVersion { get; init; }

    /// <summary>The processor's name.</summary>
    public required string Processor { get; init; }

    /// <summary>How many threads trained.</summary>
    public required int Threads { get; init; }

    /// <summary>The width of the vector instructions used, in bits: 512, 256 or 128.</summary>
    public required int VectorBits { get; init; }

    /// <summary>The operating system's name and version.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>When the comparison began.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>The command that makes the result again, as it is typed; null to leave it out.</summary>
    public string? CommandLine { get; init; }

    /// <summary>The data files and their hashes.</summary>
    public IReadOnlyList<DataFile> Data { get; init => field = value ?? []; } = []; // null where a file has none

    /// <summary>The same, resting on some more data.</summary>
    public Provenance With(IEnumerable<DataFile> more) => this with { Data = [.. Data.Union(more)] };
}

/// <summary>A data file that a result rests on.</summary>
/// <param name="Name">The file's name: <c>data_batch_1.bin</c>.</param>
/// <param name="Sha256">Its SHA-256 in hexadecimal.</param>
public sealed record DataFile(string Name, string Sha256);

/// <summary>A setting as the report lists it.</summary>
/// <param name="Name">The setting's name: <c>Learning rate</c>.</param>
/// <param name="Value">Its value: <c>0.0001</c>.</param>
public sealed record Setting(string Name, string Value);
