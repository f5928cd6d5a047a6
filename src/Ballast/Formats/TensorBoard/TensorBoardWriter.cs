using System.Globalization;

namespace Ballast;

/// <summary>An event file of TensorBoard: scalars, histograms and images by tag and step. A run is a folder; what is written can be looked at
/// while training goes on. PyTorch: <c>torch.utils.tensorboard.SummaryWriter</c>.</summary>
/// <remarks>Records are as TensorFlow's: length, masked CRC-32C of the length, data, masked CRC-32C of the data. Each is handed to the operating
/// system whole before the method that writes it returns, so that a killed program loses none. One thread at a time.</remarks>
/// <example><code>
/// using var board = new TensorBoardWriter("runs/one");
/// board.Scalar("loss/train", loss.Item(), step);
/// </code></example>
public sealed class TensorBoardWriter : IDisposable
{
    static int files;

    readonly FileStream stream;
    readonly TimeProvider clock;

    /// <summary>Begins a new event file.</summary>
    /// <param name="folder">The run's folder, which is made where it is not there.</param>
    /// <param name="clock">What tells the time of each event; null for the system's.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public TensorBoardWriter(string folder, TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        Directory.CreateDirectory(folder);
        FilePath = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{(long)Seconds()}.{Environment.MachineName}.{Environment.ProcessId}.{Interlocked.Increment(ref files) - 1}"));
        stream = new FileStream(FilePath, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        Write(new EventMessage().Real(1, Seconds()).Text(3, "brain.Event:2"));
    }

    /// <summary>Goes on with a run from a checkpoint: what the folder's event files hold beyond its step, which will be written again, is
    /// dropped, and so is a record that was not finished. A new file follows, which tells a TensorBoard that is looking to drop the same.
    /// PyTorch: <c>purge_step</c>, which leaves the old files as they are.</summary>
    /// <param name="folder">The run's folder; it need not be there.</param>
    /// <param name="step">The checkpoint's step, the last one that is kept.</param>
    /// <param name="dropped">The charts of which nothing is kept, by their tags; null for none.</param>
    /// <param name="clock">The clock that gives the time of each event; null for the system's.</param>
    /// <exception cref="IOException">A file cannot be read or written; each is as it was, or done.</exception>
    public static TensorBoardWriter Resume(string folder, long step, Func<string, bool>? dropped = null, TimeProvider? clock = null)
    {
        if (Directory.Exists(folder))
        {
            foreach (string path in Directory.GetFiles(folder, "events.out.tfevents.*"))
                EventFile.Cut(path, step, dropped);
        }

        const int start = 1; // SessionLog.START
        var board = new TensorBoardWriter(folder, clock);
        board.Write(new EventMessage().Real(1, board.Seconds()).Integer(2, step + 1).Message(7, new EventMessage().Integer(1, start)));
        return board;
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>Adds a value to a chart.</summary>
    /// <param name="tag">The chart; what comes before a <c>/</c> groups charts.</param>
    /// <param name="value">The value, which may be NaN.</param>
    /// <param name="step">Its place on the axis.</param>
    public void Scalar(string tag, double value, long step) => Add(step, new EventMessage().Text(1, tag).Single(2, (float)value));

    /// <summary>Adds how values are distributed.</summary>
    /// <param name="tag">The chart.</param>
    /// <param name="values">The values, such as a weight's.</param>
    /// <param name="step">Their place on the axis.</param>
    public void Histogram(string tag, ReadOnlySpan<float> values, long step) =>
        Add(step, new EventMessage().Text(1, tag).Message(5, EventHistogram.Of(values)));

    /// <summary>Adds a picture.</summary>
    /// <param name="tag">Its name.</param>
    /// <param name="image">Values from 0 to 1, [1, H, W] or [3, H, W]; what is outside is cut, NaN is black.</param>
    /// <param name="step">Its place on the axis.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public void Image(string tag, Tensor image, long step)
    {
        ArgumentNullException.ThrowIfNull(image);
        Throw.Unless(image.Shape.Rank == 3 && image.Shape[0] is 1 or 3 && image.Length > 0,
            $"TensorBoardWriter.Image: expected a picture [1, H, W] or [3, H, W], got {image.Shape}.");
        byte[] png = PngWriter.Write(image);
        Add(step, new EventMessage().Text(1, tag).Message(4,
            new EventMessage().Integer(1, image.Shape[1]).Integer(2, image.Shape[2]).Integer(3, image.Shape[0]).Bytes(4, png)));
    }

    /// <summary>Brings everything to the disk itself.</summary>
    public void Flush() => stream.Flush(flushToDisk: true);

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>The masked CRC-32C of a record's parts.</summary>
    internal static uint MaskedSum(ReadOnlySpan<byte> bytes) => EventFile.MaskedSum(bytes);

    void Add(long step, EventMessage value) =>
        Write(new EventMessage().Real(1, Seconds()).Integer(2, step).Message(5, new EventMessage().Message(1, value)));

    void Write(EventMessage message) => stream.Write(EventFile.Record(message.Written));

    double Seconds() => clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
}
