using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times training steps, reading the batch included, with plain batches, with augmented ones (crop, flip, cutout), and with
/// those prepared ahead by another thread, in turn: <c>augment NAME THREADS BATCH SECONDS</c> prints a line for each, its
/// median over chunks of half a second, and the median of its ratios to the plain chunk before it.</summary>
static class AugmentTimer
{
    const double WarmUp = 3;    // seconds for all kinds together
    const double Chunk = 0.5;   // seconds of one kind before the next

    public static int Run(string[] options)
    {
        Compute.Threads = int.Parse(options[1], CultureInfo.InvariantCulture);
        int batch = int.Parse(options[2], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[3], CultureInfo.InvariantCulture);
        Generator.Default.ManualSeed(0);
        var steps = new TrainingSteps(NetworkTimer.Make(options[0]));
        ImageTransform[] augmentation = [new RandomCrop(4), new RandomHorizontalFlip(), new Cutout(8)];
        (string Name, IEnumerator<Batch> Batches)[] kinds =
        [
            ("plain", Forever(batch, [], 0)),
            ("augmented", Forever(batch, augmentation, 0)),
            ("augmented, 2 batches ahead", Forever(batch, augmentation, 2)),
        ];

        List<double>[] times = [.. kinds.Select(static _ => new List<double>())];
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < WarmUp + seconds)
        {
            bool warm = clock.Elapsed.TotalSeconds > WarmUp;
            for (int kind = 0; kind < kinds.Length; kind++)
            {
                double time = steps.Time(kinds[kind].Batches, Chunk);
                if (warm)
                    times[kind].Add(time);
            }
        }

        for (int kind = 0; kind < kinds.Length; kind++)
        {
            double[] ratios = [.. times[kind].Zip(times[0], static (own, plain) => own / plain).Order()];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{{\"batches\": \"{kinds[kind].Name}\", \"ms_median\": {times[kind].Order().ElementAt(times[kind].Count / 2):F4}, \"ms_min\": {times[kind].Min():F4}, \"median_ratio\": {ratios[ratios.Length / 2]:F4}, \"ratio_of_minima\": {times[kind].Min() / times[0].Min():F4}, \"chunks\": {ratios.Length}}}"));
        }

        return 0;
    }

    static IEnumerator<Batch> Forever(int batch, IReadOnlyList<ImageTransform> transforms, int ahead)
    {
        var loader = new DataLoader(
            Cifar10.Train(), batch, shuffle: true, dropLast: true, new Generator(1), prefetch: ahead, transforms: transforms);
        while (true)
        {
            foreach (var next in loader)
                yield return next;
        }
    }
}
