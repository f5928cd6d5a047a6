using System.Diagnostics;
using System.Globalization;

namespace Ballast.Bench;

/// <summary>Times one layer, forward and backward, or a matrix product: <c>layer NAME THREADS SECONDS SIZES...</c> prints one
/// line of JSON. Names: batchnorm1d and batchnorm2d (with a ReLU behind them), layernorm, rmsnorm, groupnorm, instancenorm2d,
/// localresponsenorm, filterresponsenorm, evonormb0, evonorms0, gelu, dropout, product; lstm, gru and attention (with 4 heads up to a width
/// of 128, 16 beyond) of [steps, samples, width], into the same width; linear of ROWS INPUTS OUTPUTS.</summary>
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
            "linear" => new Linear(shape[1], shape[2]),
            "layernorm" => new LayerNorm(shape[^1]),
            "rmsnorm" => new RMSNorm(shape[^1]),
            "gelu" => new GELU(),
            "dropout" => new Dropout(0.5),
            "lstm" => new LSTM(shape[^1], shape[^1]),
            "gru" => new GRU(shape[^1], shape[^1]),
            "attention" => new MultiheadAttention(shape[^1], shape[^1] > 128 ? 16 : 4),
            _ => Make(name.ToUpperInvariant(), shape.Rank > 1 ? shape[1] : shape[0]),
        };
        bool linear = layer is Linear;
        var x = new Parameter(Tensor.Randn(linear ? [shape[0], shape[1]] : shape));
        var gradient = Tensor.Randn(linear ? [shape[0], shape[2]] : shape);
        return Time(seconds, () =>
        {
            var y = layer is MultiheadAttention attention ? attention.Forward(x, x, x, needWeights: false).Output : layer.Forward(x);
            _ = y.AsSpan();
            y.Backward(gradient);
            foreach (var parameter in (IEnumerable<Parameter>)[x, .. layer.Parameters()])
                _ = parameter.Grad is { } computed ? computed.AsSpan() : default; // some are computed where they are read and not before
            x.ZeroGrad();
            layer.ZeroGrad();
        });
    }

    /// <summary>A normalization of channels with its activation, by its name in capital letters.</summary>
    public static Module Make(string name, int channels) => name switch
    {
        "BATCHNORM1D" => new Sequential(new BatchNorm1d(channels), new ReLU()),
        "BATCHNORM2D" or "BATCHNORM2D+RELU" => new Sequential(new BatchNorm2d(channels), new ReLU()),
        "FILTERRESPONSENORM" => new FilterResponseNorm(channels),
        "EVONORMB0" => new EvoNormB0(channels),
        "EVONORMS0" => new EvoNormS0(channels, groups: 32),
        "GROUPNORM+SILU" => new Sequential(new GroupNorm(32, channels), new SiLU()),
        "GROUPNORM" => new GroupNorm(32, channels),
        "INSTANCENORM2D" => new InstanceNorm2d(channels, affine: true),
        "LOCALRESPONSENORM" => new LocalResponseNorm(5),
        _ => throw new ArgumentException($"There is no layer {name.ToLowerInvariant()}."),
    };

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
