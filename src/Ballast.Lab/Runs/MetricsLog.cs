using System.Text;
using System.Text.Json;

namespace Ballast.Lab;

/// <summary>Writes <c>metrics.jsonl</c>. Each line is with the operating system before the next one is measured: a killed
/// program loses none, and at most leaves the last one half written, which readers pass over.</summary>
public sealed class MetricsLog : IDisposable
{
    readonly FileStream stream;

    MetricsLog(string path, FileMode mode) =>
        stream = new FileStream(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Begins a file.</summary>
    /// <exception cref="IOException">There is one already, or it cannot be written.</exception>
    public static MetricsLog Create(string path) => new(path, FileMode.CreateNew);

    /// <summary>Continues a file from a checkpoint: what was measured after it will be measured again and is dropped.
    /// </summary>
    /// <param name="path">The file; it need not be there.</param>
    /// <param name="step">The checkpoint's step.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static MetricsLog Resume(string path, long step)
    {
        var kept = Read(path).Where(metric =>
            metric.Step <= step && metric.Type is not (MetricKind.Evaluation or MetricKind.Diverged)).ToList();
        AtomicFile.Write(path, file =>
        {
            foreach (var metric in kept)
                file.Write(Line(metric));
        });
        return new MetricsLog(path, FileMode.Append);
    }

    /// <summary>The metrics in a file, in the order they were written; none if there is no file.</summary>
    /// <exception cref="InvalidDataException">A line, other than a half-written last one, cannot be read.</exception>
    public static IReadOnlyList<Metric> Read(string path)
    {
        var metrics = new List<Metric>();
        if (!File.Exists(path))
            return metrics;
        string[] lines = ReadAll(path).Split('\n');
        // What follows the last line break was never finished.
        for (int i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                metrics.Add(JsonSerializer.Deserialize(lines[i], MetricJson.Default.Metric)
                    ?? throw new JsonException("null is no metric."));
            }
            catch (JsonException error)
            {
                throw new InvalidDataException($"{path}, line {i + 1}, is damaged: {error.Message} Put back a "
                    + "copy of the file, or delete it: the run then goes on without the curve so far.", error);
            }
        }

        return metrics;
    }

    /// <summary>Adds a line.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(Metric metric) => stream.Write(Line(metric));

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    static byte[] Line(Metric metric) => Encoding.UTF8.GetBytes(metric.ToJson() + "\n");

    // Also while the run that writes it is going on.
    static string ReadAll(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
