using System.Diagnostics;
using System.Text.Json;

namespace Ballast.Keras.Tests;

/// <summary>Files that are written here, against those that h5py made in Keras's layouts, and read by h5py.</summary>
public sealed class KerasSaveTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("ballast-keras-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Combine(folder, name);

    static Sequential Small() => new(
        new Conv2d(2, 4, 3), new BatchNorm2d(4, eps: 1e-3, momentum: 0.01), new ReLU(), new Flatten(), new Linear(64, 3));

    static Sequential Volume() => new(new Conv3d(2, 3, 2), new ReLU(), new Flatten(), new Linear(54, 2));

    static (Module Net, Shape Sample) Network(string name) => name switch
    {
        "small" => (Small(), [2, 6, 6]),
        "volume" => (Volume(), [2, 3, 4, 4]),
        "nested" => (new KerasModelTests.Branches(), [3, 8]),
        "image" => (KerasFileTests.Images(), [2, 5, 6]),
        _ => (new KerasFileTests.Words(), [5]),
    };

    static Dictionary<string, (long[] Shape, float[] Values)> Tensors(string path)
    {
        using var stream = File.OpenRead(path);
        return HdfTree.Read(stream, path).All().Where(static entry => !entry.Path.Contains("optimizer") && !entry.Path.Contains("seed_generator"))
            .ToDictionary(static entry => entry.Path, static entry => (entry.Tensor.Shape.AsSpan().ToArray(), entry.Tensor.ToTensor().ToArray()));
    }

    [Theory]
    [InlineData("small", "small.weights.h5", "a.weights.h5")]
    [InlineData("small", "small-weights.h5", "a.h5")]
    [InlineData("volume", "volume.weights.h5", "a.weights.h5")]
    [InlineData("volume", "volume-weights.h5", "a.h5")]
    [InlineData("text", "text.weights.h5", "a.weights.h5")]
    public void What_is_written_is_what_Keras_would_write(string name, string theirs, string ours)
    {
        var (net, sample) = Network(name);
        KerasFile.Load(net, KerasFileTests.PathOf($"{name}.keras"));
        KerasFile.Save(net, sample, At(ours));
        var (expected, got) = (Tensors(KerasFileTests.PathOf(theirs)), Tensors(At(ours)));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), got.Keys.Order(StringComparer.Ordinal));
        foreach (string path in expected.Keys)
        {
            Assert.Equal(expected[path].Shape, got[path].Shape);
            Assert.Equal(expected[path].Values, got[path].Values);
        }
    }

    [Theory]
    [InlineData("small")]
    [InlineData("volume")]
    [InlineData("image")]
    [InlineData("text")]
    [InlineData("nested")]
    public void What_is_written_comes_back(string name)
    {
        foreach (string end in new[] { "a.weights.h5", "a.h5" })
        {
            var ((net, sample), (back, _)) = (Network(name), Network(name));
            var done = KerasFile.Save(net, sample, At(end));
            var read = KerasFile.Load(back, At(end), new KerasOptions { SampleShape = sample });
            Assert.Equal(done.Layers.Order(), read.Layers.Order());
            net.Eval();
            back.Eval();
            using var plain = Tensor.NoGrad();
            Shape shape = new([3, .. sample.ToArray()]);
            var input = name == "text" ? Tensor.RandInt(7, shape, new Generator(1)) : Tensor.Randn(shape, new Generator(1));
            // One bias of Keras is the sum of the two that an LSTM has here.
            Assert.All(net.Forward(input).ToArray().Zip(back.Forward(input).ToArray()), static pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        }
    }

    sealed class Beside : Module
    {
        readonly Conv2d first, second;

        public Beside()
        {
            first = Register("first", new Conv2d(1, 8, 3));
            second = Register("second", new Conv2d(1, 4, 3));
        }

        public override Tensor Forward(Tensor input) => Tensor.Concat([first.Forward(input), second.Forward(input)], 1);
    }

    [Fact]
    public void What_is_flattened_shows_when_the_network_runs()
    {
        // Twelve means of channels are no picture of four, which the last convolution gives.
        static Sequential Means() => new(new Beside(), new AdaptiveAvgPool2d(1), new Flatten(), new Linear(12, 2));
        var net = Means();
        KerasFile.Save(net, [1, 5, 5], At("a.weights.h5"));
        float[] kernel = Tensors(At("a.weights.h5"))["layers/dense/vars/0"].Values;
        Assert.Equal(net.StateDict()["3.weight"].Tensor.Transpose(0, 1).ToArray(), kernel);
        var back = Means();
        KerasFile.Load(back, At("a.weights.h5"), new KerasOptions { SampleShape = new Shape(1, 5, 5) });
        Assert.Equal(net.StateDict()["3.weight"].Tensor.ToArray(), back.StateDict()["3.weight"].Tensor.ToArray());

        // A picture that is flattened at once: value (pixel, channel) of Keras is (channel, pixel) here.
        Sequential flat = new(new Flatten(), new Linear(6, 1, bias: false));
        KerasFile.Save(flat, [2, 1, 3], At("a.weights.h5"));
        float[] w = flat.StateDict()["1.weight"].Tensor.ToArray();
        Assert.Equal([w[0], w[3], w[1], w[4], w[2], w[5]], Tensors(At("a.weights.h5"))["layers/dense/vars/0"].Values);

        // A pool between, by an operation alone, may be anything: it has to be told.
        var pooled = new Pooled();
        string message = Assert.Throws<ArgumentException>(() => KerasFile.Save(pooled, [1, 6, 6], At("b.weights.h5"))).Message;
        Assert.Contains("in which order \"head\" takes its values", message, StringComparison.Ordinal);
        KerasFile.Save(pooled, [1, 6, 6], At("b.weights.h5"), new KerasOptions { FlattenedChannels = new Dictionary<string, int> { ["head"] = 2 } });
        Assert.True(File.Exists(At("b.weights.h5")));
    }

    sealed class Pooled : Module
    {
        readonly MaxPool2d pool = new(2);
        readonly Conv2d first;
        readonly Linear head;

        public Pooled()
        {
            first = Register("first", new Conv2d(1, 2, 3));
            head = Register("head", new Linear(8, 2));
        }

        public override Tensor Forward(Tensor input) => head.Forward(pool.Forward(first.Forward(input)).Flatten(1));
    }

    [Fact]
    public void Settings_that_Keras_has_to_be_told_are_told()
    {
        Sequential net = new(
            new Conv2d(1, 2, 3), new BatchNorm2d(2), new BatchNorm2d(2), new BatchNorm2d(2, eps: 1e-3, momentum: 0.01, affine: false));
        var done = KerasFile.Save(net, [1, 5, 5], At("a.weights.h5"));
        Assert.Equal(
            ["Make batch_normalization, batch_normalization_1 with epsilon=1E-05, momentum=0.9.", "Make batch_normalization_2 with center=False, scale=False."],
            done.Notes);
        Assert.Contains(("batch_normalization_2", "3"), done.Layers);
    }

    [Fact]
    public void What_Keras_does_not_have_is_refused_and_an_old_file_stays()
    {
        File.WriteAllText(At("a.weights.h5"), "old");
        void Refused(Module net, Shape sample, string name, string message)
        {
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => KerasFile.Save(net, sample, At(name))).Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(At("a.weights.h5")));
            Assert.Equal(["a.weights.h5"], Directory.GetFiles(folder).Select(Path.GetFileName));
        }

        Refused(new Sequential(new Conv2d(1, 4, 3), new GroupNorm(2, 4)), [1, 5, 5], "a.weights.h5",
            "\"1\" (GroupNorm) has 1.weight [4], which no layer of Keras has that is known here");
        Refused(new Sequential(new WeightStandardizedConv2d(1, 4, 3)), [1, 5, 5], "a.weights.h5", "(WeightStandardizedConv2d) has 0.weight");
        Refused(new Sequential(new LayerNorm([2, 3])), [2, 3], "a.weights.h5", "normalizes over the axes [2, 3]");
        Refused(new Sequential(new Conv2d(1, 4, 3), new BatchNorm2d(4, trackRunningStats: false)), [1, 5, 5], "a.weights.h5", "has no running_mean");
        Refused(new Sequential(new ReLU()), [3], "a.weights.h5", "no weights");
        Refused(Small(), [3, 6, 6], "a.weights.h5", "3");
        Refused(Small(), [2, 6, 6], "a.keras", "load the weights by model.load_weights");
        Assert.Throws<DirectoryNotFoundException>(() => KerasFile.Save(Small(), [2, 6, 6], At("no/a.weights.h5")));
    }

    sealed class Full(long room) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Position + count > room)
                throw new IOException("the disk is full");
            base.Write(buffer, offset, count);
        }
    }

    [Fact]
    public void A_full_disk_is_told_as_what_it_is()
    {
        var file = HdfWriting.Numbered(KerasWriting.Of(Small(), static _ => 0));
        using Full disk = new(600);
        Assert.Equal("the disk is full", Assert.Throws<IOException>(() => HdfWriting.Write(file, disk)).Message);
    }

    [SkippableByPython]
    public void Files_are_read_by_h5py_where_Keras_looks_for_weights()
    {
        var (image, words) = (KerasFileTests.Images(), new KerasFileTests.Words());
        KerasFile.Load(image, KerasFileTests.PathOf("image.keras"));
        KerasFile.Load(words, KerasFileTests.PathOf("text.keras"));
        KerasFile.Save(image, [2, 5, 6], At("image.weights.h5"));
        KerasFile.Save(words, [5], At("text.weights.h5"));
        var (code, output) = SkippableByPythonAttribute.Run(KerasFileTests.PathOf("keras-written.py"), At("image.weights.h5"), At("text.weights.h5"));
        Assert.True(code == 0, output);
        using var got = JsonDocument.Parse(output);
        using var golden = JsonDocument.Parse(File.ReadAllText(KerasFileTests.PathOf("keras-files.json")));
        foreach (string model in new[] { "image", "text" })
        {
            double[] expected = [.. golden.RootElement.GetProperty(model).GetProperty("output").EnumerateArray().Select(static v => v.GetDouble())];
            double[] values = [.. got.RootElement.GetProperty(model).EnumerateArray().Select(static v => v.GetDouble())];
            Assert.Equal(expected.Length, values.Length);
            Assert.All(expected.Zip(values), static pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }
}

/// <summary>A test by Python with h5py; skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class SkippableByPythonAttribute : FactAttribute
{
    const string Python = "/usr/bin/python3";

    public SkippableByPythonAttribute()
    {
        if (!File.Exists(Python) || Run("-c", "import h5py").Code != 0)
            Skip = "There is no h5py: apt-get install python3-h5py brings it.";
    }

    public static (int Code, string Output) Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + errors.Result);
    }
}
