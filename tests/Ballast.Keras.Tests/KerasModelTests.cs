using System.Text.Json;

namespace Ballast.Keras.Tests;

/// <summary>Networks of volumes and steps, with branches and with models in models, in every layout (Goldens/keras-more.py).</summary>
public class KerasModelTests
{
    static string PathOf(string name) => KerasFileTests.PathOf(name);

    static float[] Golden(string model, string what)
    {
        using var all = JsonDocument.Parse(File.ReadAllText(PathOf("keras-more.json")));
        return [.. all.RootElement.GetProperty(model).GetProperty(what).EnumerateArray().Select(static value => value.GetSingle())];
    }

    static void Check(string model, Module net, Shape shape)
    {
        net.Eval();
        using (Tensor.NoGrad())
        {
            float[] expected = Golden(model, "output"), got = net.Forward(Tensor.From(Golden(model, "input"), shape)).ToArray();
            Assert.Equal(expected.Length, got.Length);
            Assert.All(expected.Zip(got), static pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        }
    }

    public sealed class Branches : Module
    {
        readonly Conv1d first;
        readonly BatchNorm1d norm;
        readonly RNN steps;
        readonly Linear beside, last;

        public Branches()
        {
            first = Register("first", new Conv1d(3, 4, 3));
            norm = Register("norm", new BatchNorm1d(4, eps: 1e-3, momentum: 0.01));
            steps = Register("steps", new RNN(4, 5, batchFirst: true));
            beside = Register("beside", new Linear(24, 5));
            last = Register("last", new Linear(5, 2));
        }

        public override Tensor Forward(Tensor input)
        {
            var x = norm.Forward(first.Forward(input)).Relu();
            var state = steps.Forward(x.Transpose(1, 2)).Select(1, 5);
            return last.Forward(state + beside.Forward(x.Reshape(x.Shape[0], -1)));
        }
    }

    [Theory]
    [InlineData("nested.keras")]
    [InlineData("nested.h5")]
    public void A_model_with_branches_and_a_model_in_it(string file)
    {
        Branches net = new();
        var done = KerasFile.Load(net, PathOf(file));
        Check("nested", net, [2, 3, 8]);
        Assert.Contains(("block.first", "first"), done.Layers);
        Assert.Contains(("steps", "steps"), done.Layers);
        Assert.Empty(done.Notes);
        var (input, outputs) = KerasFile.Describe(PathOf(file));
        Assert.Equal([3, 8], input!.Value.ToArray());
        Assert.Equal(2, outputs);
    }

    [Theory]
    [InlineData("volume.keras")]
    [InlineData("volume.h5")]
    [InlineData("volume-weights.h5")]
    [InlineData("volume.weights.h5")]
    public void Volumes_whole_and_weights_alone(string file)
    {
        Sequential net = new(new Conv3d(2, 3, 2), new ReLU(), new Flatten(), new Linear(54, 2));
        KerasFile.Load(net, PathOf(file));
        Check("volume", net, [2, 2, 3, 4, 4]);
    }

    [Theory]
    [InlineData("small.keras", true)]
    [InlineData("small.h5", true)]
    [InlineData("small-weights.h5", false)]
    [InlineData("small.weights.h5", false)]
    public void Weights_by_name_and_by_number(string file, bool whole)
    {
        Sequential net = new(
            new Conv2d(2, 4, 3), new BatchNorm2d(4, eps: 1e-3, momentum: 0.01), new ReLU(), new Flatten(), new Linear(64, 3));
        KerasFile.Load(net, PathOf(file));
        Check("small", net, [2, 2, 6, 6]);
        var (input, outputs) = KerasFile.Describe(PathOf(file));
        Assert.Equal(whole ? [2, 6, 6] : null, input?.ToArray());
        Assert.Equal(whole ? 3 : outputs, outputs);
    }
}
