using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times one layer, forward and backward, or a matrix product: <c>layer NAME THREADS SECONDS SIZES...</c> prints one
/// line of JSON. Names: batchnorm1d and batchnorm2d (with a ReLU behind them), layernorm, rmsnorm, groupnorm, instancenorm2d,
/// localresponsenorm, gelu, dropout, product.</summary>
static class LayerTimer
{
    public static int Run(string[] options)
    {
        string name = options[0];
        Compute.Threads = int.Parse(options[1], CultureInfo.InvariantCulture);
        double seconds = double.Parse(options[2], CultureInfo.InvariantCulture);
        int[] sizes = Array.ConvertAll(options[3..], static size => int.Parse(size, CultureInfo.InvariantCulture));
        return name == "product" ? Product(sizes[0], seconds) : Layer(name, new Shape(sizes), seconds);
    }

    static int Layer(string name, Shape shape, double seconds)
    {
        Module layer = name switch
        {
            "batchnorm1d" => new Sequential(new BatchNorm1d(shape[1]), new ReLU()),
            "batchnorm2d" => new Sequential(new BatchNorm2d(shape[1]), new ReLU()),
            "layernorm" => new LayerNorm(shape[^1]),
            "rmsnorm" => new RmsNorm(shape[^1]),
            "groupnorm" => new GroupNorm(32, shape[1]),
            "instancenorm2d" => new InstanceNorm2d(shape[1], affine: true),
            "localresponsenorm" => new LocalResponseNorm(5),
            "gelu" => new Gelu(),
            "dropout" => new Dropout(0.5),
            _ => throw new ArgumentException($"There is no layer {name}."),
        };
        var x = new Parameter(Tensor.Randn(shape));
        var gradient = Tensor.Randn(shape);
        return Time(seconds, () =>
        {
            var y = layer.Forward(x);
            _ = y.AsSpan();
            y.Backward(gradient);
            x.ZeroGrad();
            layer.ZeroGrad();
        });
    }

    static int Product(int size, double seconds)
    {
        var (a, b) = (Tensor.Randn([size, size]), Tensor.Randn([size, size]));
        using var noGradients = Tensor.NoGrad();
        return Time(seconds, () => a.MatMul(b).ReleaseValues());
    }

    static int Time(double seconds, Action action)
    {
        List<double> times = [];
        long made = 0, allocated = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds + 0.5 || times.Count < 5)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            if (clock.Elapsed.TotalSeconds > 0.5)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            else
                (made, allocated) = (Buffer.Allocated, GC.GetAllocatedBytesForCurrentThread());
        }

        allocated = (GC.GetAllocatedBytesForCurrentThread() - allocated) / times.Count;
        return NetworkTimer.Print(times, string.Create(CultureInfo.InvariantCulture,
            $", \"bytes_per_step\": {allocated}, \"buffers_made\": {Buffer.Allocated - made}"));
    }
}
