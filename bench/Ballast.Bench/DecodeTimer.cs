using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times decoding and resizing on one core: <c>decode FOLDER SIDE ROUNDS</c> prints, for each ending of the folder's files, the processor
/// time that one takes, in milliseconds, decoded to RGB and brought to SIDE x SIDE pixels; the best round counts. bench/decoding.py does the
/// same with Pillow and torchvision.</summary>
static class DecodeTimer
{
    public static int Run(string[] options)
    {
        int side = int.Parse(options[1], CultureInfo.InvariantCulture), rounds = int.Parse(options[2], CultureInfo.InvariantCulture);
        var decoder = new PhotoDecoder();
        var settings = new PictureOptions { Channels = 3, Background = PictureColor.White };
        var lines = new List<string>();
        using var process = Process.GetCurrentProcess();
        foreach (var kind in Directory.EnumerateFiles(options[0], "*", SearchOption.AllDirectories)
            .GroupBy(static path => Path.GetExtension(path)[1..]).OrderBy(static kind => kind.Key, StringComparer.Ordinal))
        {
            byte[][] files = [.. kind.Select(File.ReadAllBytes)];
            double best = double.PositiveInfinity;
            for (int round = 0; round < rounds; round++)
            {
                process.Refresh();
                var start = process.TotalProcessorTime;
                foreach (byte[] file in files)
                    decoder.Decode(file, settings).Fit(side, side);
                process.Refresh();
                best = Math.Min(best, (process.TotalProcessorTime - start).TotalMilliseconds / files.Length);
            }

            lines.Add(string.Create(CultureInfo.InvariantCulture, $"\"{kind.Key}\": {best:F3}"));
        }

        Console.WriteLine($"{{{string.Join(", ", lines)}}}");
        return 0;
    }
}
