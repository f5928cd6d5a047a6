using System.Diagnostics;
using System.Globalization;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;

namespace Ballast.Bench;

/// <summary>Times training on a folder of JPEG photos with the cache cold and warm: <c>pictures COUNT EPOCHS</c> prints the seconds of decoding
/// alone, of the first epoch with decoding and of the later ones, and the share of the later ones that was spent waiting for batches.</summary>
static class PictureTimer
{
    public static int Run(string[] options)
    {
        int count = int.Parse(options[0], CultureInfo.InvariantCulture), epochs = int.Parse(options[1], CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("ballast-bench-").FullName;
        try
        {
            Write(folder, count);
            var settings = new ImageFolderOptions { Decoder = new PhotoDecoder(), Height = 64, Width = 64 };
            _ = Train(folder, settings, 1);                                         // compiles
            double decoding = Seconds(() => _ = new ImageFolder(Path.Combine(folder, "photos"), settings));
            var cold = Train(folder, settings with { CacheFolder = Path.Combine(folder, "cache") }, epochs);
            var warm = Train(folder, settings with { CacheFolder = Path.Combine(folder, "cache") }, epochs);
            double training = cold.Epochs.Skip(1).Min();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"pictures\": {count}, \"threads\": {Environment.ProcessorCount}, \"decoding_seconds\": {decoding:F3}, \"epoch_seconds\": {training:F3}, " +
                $"\"first_epoch_by_decoding_plus_training\": {(cold.Opening + cold.Epochs[0]) / (decoding + training):F3}, " +
                $"\"waiting_share_later\": {cold.Waiting / cold.Epochs.Skip(1).Sum():F4}, \"warm_opening_seconds\": {warm.Opening:F3}, " +
                $"\"same_bits_cold_and_warm\": {(cold.Loss == warm.Loss ? "true" : "false")}}}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    static (double Opening, double[] Epochs, double Waiting, float Loss) Train(string folder, ImageFolderOptions settings, int epochs)
    {
        ImageFolder? photos = null;
        double opening = Seconds(() => photos = new ImageFolder(Path.Combine(folder, "photos"), settings)), waiting = 0;
        using var drawn = Generator.UseDefault(new Generator(1));
        var net = new Sequential(
            new Conv2d(3, 32, 3, padding: 1, bias: false), new BatchNorm2d(32), new ReLU(), new MaxPool2d(2),
            new Conv2d(32, 64, 3, padding: 1, bias: false), new BatchNorm2d(64), new ReLU(), new MaxPool2d(2),
            new Conv2d(64, 64, 3, padding: 1, bias: false), new BatchNorm2d(64), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(64 * 64, 2));
        var optimizer = new Adam(net.Parameters());
        var loader = new DataLoader(photos!, 32, shuffle: true, prefetch: 4, transforms: [new RandomResizedCrop((0.5, 1)), new RandomHorizontalFlip()]);
        double[] seconds = new double[epochs];
        float last = 0;
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            long start = Stopwatch.GetTimestamp(), from = start;
            foreach (var batch in loader)
            {
                waiting += epoch == 0 ? 0 : Stopwatch.GetElapsedTime(from).TotalSeconds;
                optimizer.ZeroGrad();
                var loss = new CrossEntropyLoss().Forward(net.Forward(batch.Inputs), batch.Targets);
                loss.Backward();
                optimizer.Step();
                last = loss.Item();
                from = Stopwatch.GetTimestamp();
            }

            seconds[epoch] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        return (opening, seconds, waiting, last);
    }

    // Soft random pictures of 480 x 360, as JPEG.
    static void Write(string folder, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var draw = new Random(i);
            var waves = Enumerable.Range(0, 3).Select(_ => (X: draw.NextDouble() * 0.05, Y: draw.NextDouble() * 0.05, At: draw.NextDouble() * 6)).ToArray();
            using var image = new Image<Rgb24>(480, 360);
            image.ProcessPixelRows(rows =>
            {
                for (int y = 0; y < rows.Height; y++)
                {
                    var row = rows.GetRowSpan(y);
                    for (int x = 0; x < row.Length; x++)
                        row[x] = new Rgb24(Wave(waves[0], x, y), Wave(waves[1], x, y), (byte)(Wave(waves[2], x, y) / 2 + draw.Next(20)));
                }
            });
            string to = Path.Combine(folder, "photos", i % 2 == 0 ? "a" : "b");
            Directory.CreateDirectory(to);
            image.Save(Path.Combine(to, $"{i:D5}.jpg"), new JpegEncoder { Quality = 90 });
        }
    }

    static byte Wave((double X, double Y, double At) wave, int x, int y) => (byte)(127.5 + 127 * Math.Sin(wave.X * x + wave.Y * y + wave.At));

    static double Seconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
