namespace Ballast.Lab;

/// <summary>Writes <c>activations.jsonl</c>, as <see cref="MetricsLog"/> writes the metrics.</summary>
sealed class ActivationLog : IDisposable
{
    static readonly LineLog<LayerSpread> Lines = new(LayerSpreadJson.Default.LayerSpread, "distribution",
        "Put back a copy of the file, or delete it: the run then goes on without the distributions so far.");

    readonly FileStream stream;

    ActivationLog(FileStream stream) => this.stream = stream;

    /// <summary>Begins or continues a file from a step: what was measured after it is dropped, and all where it is 0.</summary>
    public static ActivationLog Open(string path, long step) => new(Lines.Resume(path, line => line.Step <= step && step > 0));

    /// <summary>The lines of a file; none if there is no file.</summary>
    /// <exception cref="InvalidDataException">A line, other than a half-written last one, cannot be read.</exception>
    public static IReadOnlyList<LayerSpread> Read(string path) => Lines.Read(path);

    /// <summary>Adds lines.</summary>
    public void Write(IEnumerable<LayerSpread> spreads)
    {
        foreach (var spread in spreads)
            stream.Write(Lines.Line(spread));
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
