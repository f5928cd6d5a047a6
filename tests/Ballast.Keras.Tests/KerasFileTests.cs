using System.Text.Json;

namespace Ballast.Keras.Tests;

/// <summary>Files in Keras's layouts, made by h5py, against the layers' formulas in double (Goldens/keras-files.py).</summary>
public class KerasFileTests
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", name);

    /// <summary>The network of the pictures, here with channels first.</summary>
    public static Sequential Images(double eps = 1e-3, int hidden = 5) => new(
        new Conv2d(2, 4, (3, 2)), new BatchNorm2d(4, eps: eps, momentum: 0.01), new ReLU(), new Conv2d(4, 8, 2, groups: 4),
        new Conv2d(8, 8, (1, 2), groups: 8, bias: false), new Conv2d(8, 3, 1), new Flatten(), new BatchNorm1d(18, eps: 1e-3),
        new Linear(18, hidden), new ReLU(), new Linear(hidden, 3));

    /// <summary>The network of the texts.</summary>
    public sealed class Words : Module
    {
        public Words()
        {
            Table = Register("table", new Embedding(7, 4));
            Both = Register("both", new LSTM(4, 3, batchFirst: true, bidirectional: true));
            Norm = Register("norm", new LayerNorm(6, eps: 1e-3));
            One = Register("one", new GRU(6, 2, batchFirst: true));
            Head = Register("head", new Linear(2, 2));
        }

        public Embedding Table { get; }

        public LSTM Both { get; }

        public LayerNorm Norm { get; }

        public GRU One { get; }

        public Linear Head { get; }

        public override Tensor Forward(Tensor input) => Head.Forward(One.Forward(Norm.Forward(Both.Forward(Table.Forward(input)))).Select(1, 4));
    }

    static float[] Golden(string model, string what)
    {
        using var all = JsonDocument.Parse(File.ReadAllText(PathOf("keras-files.json")));
        return [.. all.RootElement.GetProperty(model).GetProperty(what).EnumerateArray().Select(static value => value.GetSingle())];
    }

    static void Check(string model, Module net)
    {
        net.Eval();
        float[] input = Golden(model, "input"), expected = Golden(model, "output");
        using (Tensor.NoGrad())
        {
            var x = model == "image" ? Tensor.From(input, [2, 2, 5, 6]) : Tensor.FromInt64([.. input.Select(static token => (long)token)], [3, 5]);
            float[] got = net.Forward(x).ToArray();
            Assert.Equal(expected.Length, got.Length);
            Assert.All(expected.Zip(got), static pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void Pictures_give_what_Keras_gives(string end)
    {
        var net = Images();
        var done = KerasFile.Load(net, PathOf($"image{end}"));
        Check("image", net);
        Assert.Contains(("separable_conv2d.pointwise", "5"), done.Layers);
        Assert.Contains("head_norm has the momentum 0.9 in Keras, which is 0.1 here", KerasFile.Load(Other(), PathOf($"image{end}")).Notes.Single(),
            StringComparison.Ordinal);
        static Sequential Other() => new(
            new Conv2d(2, 4, (3, 2)), new BatchNorm2d(4, eps: 1e-3, momentum: 0.01), new ReLU(), new Conv2d(4, 8, 2, groups: 4),
            new Conv2d(8, 8, (1, 2), groups: 8, bias: false), new Conv2d(8, 3, 1), new Flatten(), new BatchNorm1d(18, eps: 1e-3, momentum: 0.2),
            new Linear(18, 5), new ReLU(), new Linear(5, 3));
    }

    [Fact]
    public void Weights_alone_go_by_their_names_and_what_is_flattened_by_the_network()
    {
        var net = Images();
        KerasFile.Load(net, PathOf("image-weights.h5"));
        Check("image", net);
        Words words = new();
        KerasFile.Load(words, PathOf("text-weights.h5"));
        Check("text", words);
        words = new Words();
        KerasFile.Load(words, PathOf("text.weights.h5"));
        Check("text", words);
        // Three weights of a normalization by number: scale or shift is missing, and nothing tells which.
        Assert.Contains("has no moving_mean: it has 0, 1, 2", Assert.Throws<InvalidDataException>(
            () => KerasFile.Load(Images(), PathOf("image.weights.h5"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void Texts_give_what_Keras_gives(string end)
    {
        Words net = new();
        KerasFile.Load(net, PathOf($"text{end}"));
        Check("text", net);
    }

    [Fact]
    public void A_file_is_a_file_of_weights_in_the_layout_that_layers_here_have()
    {
        KerasFile.Register();
        using var file = StateFile.Open(PathOf("image.keras"));
        Assert.Equal(StoredFormat.Keras, file.Format);
        Assert.Equal([4L, 2L, 3L, 2L], file["conv2d.weight"].Shape.AsSpan().ToArray());
        Assert.Equal([8L, 1L, 2L, 2L], file["depthwise_conv2d.weight"].Shape.AsSpan().ToArray());
        Assert.Equal([3L, 8L, 1L, 1L], file["separable_conv2d.pointwise.weight"].Shape.AsSpan().ToArray());
        Assert.Equal([18L], file["head_norm.running_var"].Shape.AsSpan().ToArray());
        var net = Images();
        KerasFile.Load(net, PathOf("image.keras"));
        Assert.Equal(net.StateDict()["8.weight"].Tensor.ToArray(), file["dense.weight"].ToTensor().ToArray());
        using var text = StateFile.Open(PathOf("text.h5"));
        Assert.Equal([12L, 3L], text["both.weight_hh_l0_reverse"].Shape.AsSpan().ToArray());
    }

    [Fact]
    public void A_network_of_another_shape_is_told_and_nothing_is_changed()
    {
        string path = PathOf("image.keras");
        var net = Images(eps: 1e-5);
        Assert.Equal($"{path}: the layer \"batch_normalization\" (BatchNormalization) has an epsilon of 0.001, and \"1\" one of 1E-05, " +
            "which gives other results. Make it with eps: 0.001.", Assert.Throws<ArgumentException>(() => KerasFile.Load(net, path)).Message);
        net = Images(hidden: 6);
        float[] before = net.StateDict()["0.weight"].Tensor.ToArray();
        string message = Assert.Throws<ArgumentException>(() => KerasFile.Load(net, path)).Message;
        Assert.Contains("8.weight", message, StringComparison.Ordinal);
        Assert.Contains("dense -> 8", message, StringComparison.Ordinal);
        Assert.Equal(before, net.StateDict()["0.weight"].Tensor.ToArray());
        message = Assert.Throws<ArgumentException>(() => KerasFile.Load(new Sequential(new Linear(18, 5)), path)).Message;
        Assert.Contains("the kind Conv2d (conv2d, separable_conv2d.pointwise), the network has 0", message, StringComparison.Ordinal);
        message = Assert.Throws<ArgumentException>(() => KerasFile.Load(
            Images(), path, new KerasOptions { Modules = new Dictionary<string, string> { ["dense"] = "0" } })).Message;
        Assert.Contains("should go to \"0\", which is no free Linear of the network. There are 8, 10.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"class_name\": \"Dense\", \"config\": {\"name\": \"dense\"", "\"class_name\": \"Dance\", \"config\": {\"name\": \"dense\"",
        "the layer \"dense\" (Dance) with")]
    [InlineData("\"reset_after\": true", "\"reset_after\": null", null)]
    [InlineData("\"recurrent_activation\": \"sigmoid\", \"reset_after\"", "\"recurrent_activation\": \"hard_sigmoid\", \"reset_after\"",
        "opens its gates by hard_sigmoid, which no layer here does. Layers here do by sigmoid.")]
    [InlineData("\"merge_mode\": \"concat\"", "\"merge_mode\": \"sum\"", "joins its directions otherwise than side by side")]
    public void What_no_layer_here_does_is_refused_by_name(string from, string to, string? message)
    {
        string path = Path.Combine(Path.GetTempPath(), $"ballast-{Guid.NewGuid():N}.h5");
        try
        {
            // The description keeps its length, so that the file stays whole: the model's name gives what is added.
            const string Name = "\"name\": \"sequential\"";
            string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(PathOf("text.h5")));
            Assert.Contains(from, text, StringComparison.Ordinal);
            int more = Math.Max(0, to.Length - from.Length);
            text = text.Replace(Name, $"\"name\": \"{new string('s', 10 - more)}\"", StringComparison.Ordinal)
                .Replace(from, to.PadRight(from.Length), StringComparison.Ordinal);
            File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(text));
            if (message is null)
                KerasFile.Load(new Words(), path);
            else
                Assert.Contains(
                    message, Assert.Throws<InvalidDataException>(() => KerasFile.Load(new Words(), path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Files_that_are_none_of_Keras_say_so()
    {
        string path = Path.Combine(Path.GetTempPath(), $"ballast-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(path, "text");
            Assert.Equal($"{path}: this is neither a .keras nor an .h5 file. Save the model by model.save(\"model.keras\").",
                Assert.Throws<InvalidDataException>(() => KerasFile.Open(path)).Message);
            File.WriteAllBytes(path, File.ReadAllBytes(PathOf("text.h5"))[..3000]);
            Assert.StartsWith($"{path}: ", Assert.Throws<InvalidDataException>(() => KerasFile.Open(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
