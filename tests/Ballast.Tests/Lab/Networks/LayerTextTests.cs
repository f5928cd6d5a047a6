using Ballast.Lab;
using FsCheck;
using FsCheck.Fluent;

namespace Ballast.Tests;

public sealed class LayerTextTests
{
    static readonly Shape Image = [3, 32, 32];

    static readonly string[] Pieces =
        ["flatten", "linear", "batchnorm", "relu", ":", "=", ",", " ", "64", "null", "bias", "momentum", "-", "\t", "Ü"];

    [Fact]
    public void The_tutorials_text_gives_the_tutorials_state_keys_in_PyTorchs_order()
    {
        var network = LayerText.Parse(NamedNetworks.Tutorial.Layers).Build(Image, 10);
        Assert.Equal(
            [
                "layers.1.weight [64, 3072]", "layers.1.bias [64]",
                "layers.2.weight [64]", "layers.2.bias [64]", "layers.2.running_mean [64]", "layers.2.running_var [64]",
                "layers.2.num_batches_tracked []",
                "layers.4.weight [32, 64]", "layers.4.bias [32]",
                "layers.5.weight [32]", "layers.5.bias [32]", "layers.5.running_mean [32]", "layers.5.running_var [32]",
                "layers.5.num_batches_tracked []",
                "layers.7.weight [10, 32]", "layers.7.bias [10]",
            ],
            network.StateDict().Select(entry => $"{entry.Key} {entry.Value.Shape}"));
    }

    [Fact]
    public void Seed_42_gives_the_tutorials_initial_weights()
    {
        Generator.Default.ManualSeed(42);
        var network = LayerText.Parse(NamedNetworks.Tutorial.Layers).Build(Image);
        Assert.Equal([0.0137939537f, 0.0149751650f], ((Linear)network.Layers[1]).Weight.ToArray()[..2]);
    }

    [Fact]
    public void Settings_reach_their_layers()
    {
        var network = LayerText.Parse(
            " FLATTEN\tlinear:64,bias=false\nbatchnorm:momentum=0.25,eps=1e-3,affine=false batchnorm:momentum=null,track=false linear:out=10")
            .Build(Image);
        Assert.Null(((Linear)network.Layers[1]).Bias);
        var first = (BatchNorm1d)network.Layers[2];
        Assert.Equal((64, 0.25, 1e-3), (first.NumFeatures, first.Momentum!.Value, first.Eps));
        Assert.Null(first.Weight);
        Assert.NotNull(first.RunningMean);
        var second = (BatchNorm1d)network.Layers[3];
        Assert.Null(second.Momentum);
        Assert.NotNull(second.Weight);
        Assert.Null(second.RunningMean);
        Assert.Equal(10, ((Linear)network.Layers[4]).OutFeatures);
    }

    [Fact]
    public void Batch_normalization_without_settings_has_the_layers_own_defaults()
    {
        var layer = (BatchNorm1d)LayerText.Parse("batchnorm").Build([7]).Layers[0];
        var plain = new BatchNorm1d(7);
        Assert.Equal((plain.Momentum, plain.Eps), (layer.Momentum, layer.Eps));
        Assert.Equal(plain.StateDict().Keys, layer.StateDict().Keys);
    }

    [Fact]
    public void Inputs_follow_from_the_layer_before()
    {
        var widths = Gen.Choose(1, 40).NonEmptyListOf();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(widths.ToArbitrary(), sizes =>
        {
            var text = LayerText.Parse("flatten " + string.Join(" batchnorm relu ", sizes.Select(size => $"linear:{size}")));
            var network = text.Build([2, 3]);
            Assert.Equal(1 + (3 * sizes.Count) - 2, text.Count);
            int inputs = 6;
            foreach (var layer in network.Layers.OfType<Linear>())
            {
                Assert.Equal(inputs, layer.InFeatures);
                inputs = layer.OutFeatures;
            }

            Assert.Equal(sizes[^1], inputs);
        }));
    }

    [Fact]
    public void Whatever_the_text_it_is_read_or_refused_with_carets_inside_of_what_is_shown()
    {
        var texts = Gen.Elements(Pieces).ListOf().Select(string.Concat);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(texts.ToArbitrary(), text =>
        {
            try
            {
                LayerText.Parse(text).Build(Image);
            }
            catch (LayerTextException error)
            {
                string[] lines = error.Message.Split('\n');
                Assert.Equal(3, lines.Length);
                Assert.InRange(lines[2].Length, 3, lines[1].Length + 1);
                Assert.InRange(error.Start + error.Length, 0, text.Length);
            }
        }));
    }

    [Fact]
    public void Every_named_network_takes_images_and_tells_ten_classes_apart()
    {
        foreach (var named in NamedNetworks.All)
        {
            var network = LayerText.Parse(named.Layers).Build(Image, 10);
            Assert.Equal(new Shape(2, 10), network.Forward(Tensor.Zeros([2, 3, 32, 32])).Shape);
            Assert.Same(named, NamedNetworks.Find(named.Name.ToUpperInvariant()));
        }

        Assert.Contains("Did you mean mlp-plain?",
            Assert.Throws<ArgumentException>(() => NamedNetworks.Find("mlp-plan")).Message, StringComparison.Ordinal);
    }
}
