using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times layers on images at many numbers of channels, forward and backward: <c>channels THREADS SECONDS NAME COUNTS...</c> prints a
/// row for each layer whose name begins with NAME (all: every layer) with microseconds per channel, so that numbers of channels for which
/// there is no fast way stand out. Images are [8, channels, 16, 16], made by a 1 x 1 convolution of four channels, whose time is included.
/// </summary>
static class ChannelTimer
{
    static readonly (string Name, Func<int, Module> Make)[] Layers =
    [
        ("conv1x1", static c => new Conv2d(c, c, 1)),
        ("conv3x3", static c => new Conv2d(c, c, 3, padding: 1)),
        ("conv3x3-stride2", static c => new Conv2d(c, c, 3, stride: 2, padding: 1)),
        ("conv5x5", static c => new Conv2d(c, c, 5, padding: 2)),
        ("depthwise", static c => new Conv2d(c, c, 3, padding: 1, groups: c)),
        ("transposed", static c => new ConvTranspose2d(c, c, 2, stride: 2)),
        ("batchnorm+relu", static c => new Sequential(new BatchNorm2d(c), new ReLU())),
        ("batchnorm+silu", static c => new Sequential(new BatchNorm2d(c), new SiLU())),
        ("batchnorm+hardswish", static c => new Sequential(new BatchNorm2d(c), new Hardswish())),
        ("batchnorm+relu+maxpool2", static c => new Sequential(new BatchNorm2d(c), new ReLU(), new MaxPool2d(2))),
        ("maxpool3-stride2", static c => new MaxPool2d(3, 2, 1)),
        ("avgpool2", static c => new AvgPool2d(2)),
        ("global-avgpool", static c => new AdaptiveAvgPool2d(1)),
        ("groupnorm1", static c => new GroupNorm(1, c)),
        ("instancenorm", static c => new InstanceNorm2d(c, affine: true)),
        ("localresponsenorm", static c => new LocalResponseNorm(5)),
        ("evonormb0", static c => new EvoNormB0(c)),
        ("filterresponsenorm", static c => new FilterResponseNorm(c)),
    ];

    public static int Run(string[] options)
    {
        Compute.Threads = int.Parse(options[0], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[1], CultureInfo.InvariantCulture);
        string begins = options[2] == "all" ? "" : options[2];
        int[] counts = options.Length > 3 ? Array.ConvertAll(options[3..], static count => int.Parse(count, CultureInfo.InvariantCulture))
            : [4, 8, 12, 16, 17, 20, 24, 28, 31, 32, 40, 48, 64];
        Console.WriteLine($"| us per channel | {string.Join(" | ", counts)} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", counts.Length))}");
        foreach (var (name, make) in Layers)
        {
            if (!name.StartsWith(begins, StringComparison.Ordinal))
                continue;
            var times = counts.Select(count => (Best(make(count), count, seconds) / count).ToString("F1", CultureInfo.InvariantCulture));
            Console.WriteLine($"| {name} | {string.Join(" | ", times)} |");
        }

        return 0;
    }

    // The least time of a step in microseconds: a disturbance only adds to it.
    static double Best(Module layer, int channels, double seconds)
    {
        var net = new Sequential(new Conv2d(4, channels, 1), layer);
        var x = Tensor.Randn([8, 4, 16, 16]);
        double best = double.PositiveInfinity;
        Tensor? gradient = null;
        for (var all = Stopwatch.StartNew(); all.Elapsed.TotalSeconds < seconds;)
        {
            long start = Stopwatch.GetTimestamp();
            var y = net.Forward(x);
            gradient ??= Tensor.Randn(y.Shape);
            _ = y.AsSpan();
            y.Backward(gradient);
            foreach (var parameter in net.Parameters())
                _ = parameter.Grad is { } computed ? computed.AsSpan() : default;
            net.ZeroGrad();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return best;
    }
}
