namespace Ballast.Lab;

/// <summary>Writes <c>metrics.jsonl</c>. Each line is with the operating system before the next one is measured: a killed
/// program loses none, and at most leaves the last one half written, which readers pass over.</summary>
public sealed class MetricsLog : IDisposable
{
    static readonly LineLog<Metric> Lines = new(
        MetricJson.Default.Metric, "metric", "Put back a copy of the file, or delete it: the run then goes on without the curve so far.");

    readonly FileStream stream;

    MetricsLog(FileStream stream) => this.stream = stream;

    /// <summary>Begins a file.</summary>
    /// <exception cref="IOException">There is one already, or it cannot be written.</exception>
    public static MetricsLog Create(string path) => new(LineLog<Metric>.Create(path));

    /// <summary>Continues a file from a checkpoint: what was measured after it will be measured again and is dropped.
    /// </summary>
    /// <param name="path">The file; it need not be there.</param>
    /// <param name="step">The checkpoint's step.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static MetricsLog Resume(string path, long step) => new(Lines.Resume(
        path, metric => metric.Step <= step && metric.Type is not (MetricKind.Evaluation or MetricKind.Diverged or MetricKind.StoppedEarly)));

    /// <summary>The metrics in a file, in the order they were written; none if there is no file.</summary>
    /// <exception cref="InvalidDataException">A line, other than a half-written last one, cannot be read.</exception>
    public static IReadOnlyList<Metric> Read(string path) => Lines.Read(path);

    /// <summary>Adds a line.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(Metric metric) => stream.Write(Lines.Line(metric));

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();
}
