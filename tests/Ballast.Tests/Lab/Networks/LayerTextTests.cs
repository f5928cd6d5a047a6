using Ballast.Lab;
using FsCheck;
using FsCheck.Fluent;

namespace Ballast.Tests.Lab;

public sealed class LayerTextTests
{
    static readonly Shape Image = [3, 32, 32];

    static readonly string[] Pieces =
        ["flatten", "conv", "maxpool", "groupnorm", "instancenorm", "dropout", "kernel", "padding", "3", "linear", "batchnorm", "relu", ":", "=", ",", " ", "64", "null", "bias", "momentum", "-", "\t", "Ü"];

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

    // By its name or by code, the network is the same: keys, initial weights, outputs.
    [Fact]
    public void The_tutorials_text_is_the_librarys_model()
    {
        byte[] before = Generator.Default.GetState();
        Generator.Default.ManualSeed(5);
        var network = NamedNetworks.Build(NamedNetworks.Tutorial.Layers, Image, 10);
        Generator.Default.ManualSeed(5);
        var model = new Mlp();
        Generator.Default.SetState(before);
        Assert.Equal(model.StateDict().Keys, network.StateDict().Keys);
        Assert.Equal(Draw.Bits(model.StateDict()), Draw.Bits(network.StateDict()));
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
    public void Shapes_are_followed_through_convolutions_and_pools()
    {
        var layers = LayerText.Parse(
            "conv:32,3,padding=1,bias=false batchnorm relu identity maxpool:2 conv:out=8,kernel=5,stride=2,dilation=2,groups=4 "
            + "avgpool:3,stride=1,padding=1,ceil=true,countpad=false maxpool:3,stride=2,padding=1,dilation=2 globalavgpool flatten "
            + "batchnorm linear:10").Build([3, 33, 47], 10).Layers;
        Assert.Equal(
            [
                "Conv2d(3, 32, 3, padding: 1, bias: false)", "BatchNorm2d(32)", "ReLU()", "Identity()", "MaxPool2d(2)",
                "Conv2d(32, 8, 5, stride: 2, dilation: 2, groups: 4)",
                "AvgPool2d(3, stride: 1, padding: 1, ceilMode: true, countIncludePad: false)",
                "MaxPool2d(3, stride: 2, padding: 1, dilation: 2)", "GlobalAvgPool2d()", "Flatten()", "BatchNorm1d(8)",
                "Linear(8, 10)",
            ], layers.Select(static layer => layer.ToString()));
        Assert.Equal([2, 10], layers.Forward(Draw.Data([2, 3, 33, 47], 1)).Shape.ToArray());
        Assert.IsType<BatchNorm3d>(LayerText.Parse("batchnorm flatten").Build([2, 3, 4, 5]).Layers[0]);

        // Flattened without a mean in between, a linear layer has as many inputs as the pool leaves values.
        var flat = LayerText.Parse("conv:6,3,stride=2 maxpool:2,ceil=true flatten linear:4").Build([1, 12, 9]).Layers;
        Assert.Equal(6 * 3 * 2, ((Linear)flat[3]).InFeatures);
        flat.Forward(Draw.Data([2, 1, 12, 9], 2));
    }

    [Fact]
    public void Normalizations_that_are_activations_too_and_standardized_convolutions()
    {
        var layers = LayerText.Parse(
            "wsconv:8,3,padding=1,bias=false,eps=1e-3 filterresponsenorm wsconv:out=4,kernel=3,groups=2 evonorms0:groups=2,eps=0.5 conv:4,1 "
            + "evonormb0:momentum=0.25,eps=0.5 flatten filterresponsenorm:eps=1e-4,threshold=false,learneps=true linear:10").Build([3, 6, 6], 10).Layers;
        Assert.Equal(
            [
                "WeightStandardizedConv2d(3, 8, 3, padding: 1, bias: false)", "FilterResponseNorm(8)",
                "WeightStandardizedConv2d(8, 4, 3, groups: 2)", "EvoNormS0(4, groups: 2)", "Conv2d(4, 4, 1)", "EvoNormB0(4)", "Flatten()",
                "FilterResponseNorm(64)", "Linear(64, 10)",
            ], layers.Select(static layer => layer.ToString()));
        Assert.Equal((1e-3, 0.5, 0.25, 0.5), (((WeightStandardizedConv2d)layers[0]).Eps, ((EvoNormS0)layers[3]).Eps,
            ((EvoNormB0)layers[5]).Momentum, ((EvoNormB0)layers[5]).Eps));
        Assert.Equal(["weight", "bias", "eps"], layers[7].StateDict().Keys);
        Assert.Equal(1e-4f, layers[7].StateDict()["eps"].Tensor[0]);
        Assert.Equal((1e-6, 1e-6), (((FilterResponseNorm)layers[1]).Eps, ((WeightStandardizedConv2d)layers[2]).Eps));
        layers.Forward(Draw.Data([2, 3, 6, 6], 1));
    }

    [Fact]
    public void Normalizations_and_activations_take_their_shape_from_the_layer_before_and_keep_it()
    {
        var network = LayerText.Parse(
            "conv:6,3 groupnorm:3,eps=0.5 leakyrelu instancenorm:affine=true gelu layernorm:affine=false silu localresponsenorm:5,k=2 "
            + "rmsnorm sigmoid dropout:0.25 flatten layernorm leakyrelu:slope=0.5 rmsnorm:eps=0.25 gelu:tanh=true groupnorm:4 tanh "
            + "dropout dropout:p=0 linear:10").Build([3, 6, 6], 10);
        Assert.Equal(
            [
                "Conv2d(3, 6, 3)", "GroupNorm(3, 6)", "LeakyReLU(0.01)", "InstanceNorm2d(6)", "GELU()", "LayerNorm([6, 4, 4])", "SiLU()",
                "LocalResponseNorm(5, alpha: 0.0001, beta: 0.75, k: 2)", "RMSNorm([6, 4, 4])", "Sigmoid()", "Dropout(0.25)", "Flatten()", "LayerNorm([96])",
                "LeakyReLU(0.5)", "RMSNorm([96])", "GELU(approximate: Tanh)", "GroupNorm(4, 96)", "Tanh()", "Dropout(0.5)",
                "Dropout(0)", "Linear(96, 10)",
            ], network.Layers.Select(static layer => layer.ToString()));
        var layers = network.Layers;
        Assert.Equal(0.5, ((GroupNorm)layers[1]).Eps);
        Assert.NotNull(((InstanceNorm2d)layers[3]).Weight);
        Assert.Null(((LayerNorm)layers[5]).Weight);
        Assert.Equal((1e-4, 0.75, 2), (((LocalResponseNorm)layers[7]).Alpha, ((LocalResponseNorm)layers[7]).Beta, ((LocalResponseNorm)layers[7]).K));
        Assert.Equal((new RMSNorm(1).Eps, 0.25), (((RMSNorm)layers[8]).Eps, ((RMSNorm)layers[14]).Eps));
        Assert.Equal([2, 10], network.Forward(Draw.Data([2, 3, 6, 6], 1)).Shape.ToArray());

        Assert.IsType<InstanceNorm1d>(LayerText.Parse("instancenorm flatten").Build([2, 3]).Layers[0]);
        Assert.IsType<InstanceNorm3d>(LayerText.Parse("instancenorm flatten").Build([2, 3, 4, 5]).Layers[0]);
        // The layers' own defaults.
        var plain = LayerText.Parse("groupnorm:2 instancenorm layernorm flatten").Build([4, 3, 3]).Layers;
        Assert.Equal(new GroupNorm(2, 4).Eps, ((GroupNorm)plain[0]).Eps);
        var (given, usual) = ((InstanceNorm2d)plain[1], new InstanceNorm2d(4));
        Assert.Equal((usual.Eps, usual.Momentum, usual.Weight, usual.RunningMean), (given.Eps, given.Momentum, given.Weight, given.RunningMean));
        Assert.Equal(new LayerNorm(3).Eps, ((LayerNorm)plain[2]).Eps);
    }

    [Fact]
    public void No_layer_has_the_name_of_a_model() =>
        Assert.Empty(LayerKinds.All.Select(static kind => kind.Name).Intersect(NamedNetworks.All.Select(static named => named.Name)));

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
            NamedNetworks.Check(named.Layers);
            var network = NamedNetworks.Build(named.Layers, Image, 10);
            Assert.Equal(new Shape(2, 10), network.Forward(Tensor.Zeros([2, 3, 32, 32])).Shape);
            Assert.Same(named, NamedNetworks.Find(named.Name.ToUpperInvariant()));
        }

        Assert.Equal(["Network", "Network", "VggSmall", "ResNet20", "ResNet18", "AirBench"],
            NamedNetworks.All.Select(static named => NamedNetworks.Build(named.Layers, Image, 10).GetType().Name));
        Assert.Equal("resnet20: expected samples of shape [C, H, W], got [3072]. It is made for images.",
            Assert.Throws<ArgumentException>(static () => NamedNetworks.Build("resnet20", [3072], 10)).Message);
        Assert.Contains("Did you mean mlp-plain?",
            Assert.Throws<ArgumentException>(() => NamedNetworks.Find("mlp-plan")).Message, StringComparison.Ordinal);
    }
}
