using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class LayerTextErrorTests
{
    [Theory]
    [InlineData("flatten liner:64", "liner", "Did you mean linear?")]
    [InlineData("flatten xyz:64", "xyz", "There are flatten, linear, conv, wsconv, maxpool, avgpool, globalavgpool, adaptiveavgpool, adaptivemaxpool, batchnorm, ghostbatchnorm, batchrenorm, frozenbatchnorm, splitbatchnorm, layernorm, groupnorm, instancenorm, rmsnorm, filterresponsenorm, evonormb0, evonorms0, localresponsenorm, dyt, derf, noisybatchnorm, relu, leakyrelu, gelu, silu, sigmoid, tanh, prelu, elu, selu, softplus, mish, relu6, hardswish, hardtanh, dropout, identity.")]
    [InlineData("dropout:lots", "lots", "p is a number")]
    [InlineData("dropout:0.1,0.2", "0.2", "expected key=value")]
    [InlineData("groupnorm", "groupnorm", "groupnorm needs a number for groups")]
    [InlineData("gelu:tanh=1", "1", "tanh is true or false")]
    [InlineData("conv2d:32,3", "conv2d", "Did you mean conv?")]
    [InlineData("conv:32", "conv:32", "conv needs a number for kernel: conv:OUT,KERNEL[,stride=1")]
    [InlineData("conv", "conv", "conv needs a number for out")]
    [InlineData("conv:32,3,1", "1", "expected key=value")]
    [InlineData("conv:32,0", "0", "whole number from 1 on")]
    [InlineData("conv:32,3,padding=-1", "-1", "whole number from 0 on")]
    [InlineData("conv:32,3,stride=0", "0", "whole number from 1 on")]
    [InlineData("conv:32,3,pading=1", "pading", "Did you mean padding?")]
    [InlineData("conv:32,3,kernel=3", "3", "expected key=value")]
    [InlineData("maxpool:2,ceil=1", "1", "ceil is true or false")]
    [InlineData("globalavgpool:2", "2", "globalavgpool has no settings")]
    [InlineData("flatten linear relu", "linear", "linear needs a number")]
    [InlineData("flatten linear:0", "0", "whole number from 1 on")]
    [InlineData("flatten linear:-5", "-5", "whole number from 1 on")]
    [InlineData("flatten linear:64.5", "64.5", "whole number from 1 on")]
    [InlineData("flatten linear:99999999999", "99999999999", "whole number from 1 on")]
    [InlineData("flatten linear:64,32", "32", "expected key=value")]
    [InlineData("flatten linear:64,bias=no", "no", "bias is true or false")]
    [InlineData("flatten linear:64,bias=true,bias=true", "bias=true", "bias is given twice")]
    [InlineData("flatten linear:64,", "", "a setting is missing here")]
    [InlineData("flatten linear:bias=", "bias=", "a setting is missing here")]
    [InlineData("batchnorm:momentun=0.2", "momentun", "Did you mean momentum?")]
    [InlineData("batchnorm:momentum=lots", "lots", "momentum is a number")]
    [InlineData("batchnorm: momentum=0.2", "", "without spaces")]
    [InlineData("batchnorm:momentum=0,9", "9", "batchnorm: \"9\" stands after momentum=0 without a name. Name it too, or write decimals with a point: momentum=0.9")]
    [InlineData("localresponsenorm:alpha=0,0001", "0001", "or write decimals with a point: alpha=0.0001")]
    [InlineData("dropout:0,5", "5", "dropout: expected key=value, got \"5\". It is written dropout[:P], decimals with a point.")]
    [InlineData("dropout:NaN", "NaN", "dropout: p is a number, got \"NaN\".")]
    [InlineData("relu:1", "1", "relu has no settings")]
    public void A_mistake_is_pointed_at(string text, string place, string message)
    {
        var error = Assert.Throws<LayerTextException>(() => LayerText.Parse(text));
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
        Assert.Equal(place, text.Substring(error.Start, error.Length));
    }

    [Theory]
    [InlineData("flatten conv:8,3 linear:10", "conv:8,3", "conv: expected a sample of shape [C, H, W], got [3072]. Put it before flatten.")]
    [InlineData("flatten linear:10 globalavgpool", "globalavgpool", "expected a sample of shape [C, H, W], got [10]")]
    [InlineData("groupnorm:2", "groupnorm:2", "3 channels do not divide into 2 groups")]
    [InlineData("flatten instancenorm", "instancenorm", "expected a sample of shape [C, L], [C, H, W] or [C, D, H, W], got [3072]. Put it before flatten.")]
    [InlineData("flatten localresponsenorm:5", "localresponsenorm:5", "expected a sample of shape [C, ...] with two axes or more, got [3072]")]
    [InlineData("dropout:1.5", "dropout:1.5", "expected a probability from 0 to 1, got 1.5")]
    [InlineData("conv:8,3,groups=2", "conv:8,3,groups=2", "expected groups that divide both 3 input and 8 output channels, got 2")]
    [InlineData("maxpool:8 conv:8,5", "conv:8,5", "the kernel covers 5 x 5 pixels, the padded input [1, 3, 4, 4] has 4 x 4")]
    [InlineData("conv:8,3,dilation=2147483647", "conv:8,3,dilation=2147483647", "the kernel covers 4294967295 x 4294967295 pixels")]
    [InlineData("conv:2000000000,1", "conv:2000000000,1", "more than 2147483647 weights")]
    [InlineData("maxpool:2,padding=2", "maxpool:2,padding=2", "a padding of at most half the kernel")]
    [InlineData("maxpool:2000000000", "maxpool:2000000000", "at most 1048576")]
    [InlineData("avgpool:33", "avgpool:33", "the window covers 33 x 33 pixels")]
    [InlineData("conv:10,3 relu globalavgpool", "globalavgpool", "Put flatten before the first linear layer.")]
    [InlineData("linear:64 relu", "relu", "Put flatten before the first linear layer.")]
    [InlineData("flatten linear:9", "linear:9", "End with linear:10.")]
    [InlineData("flatten batchnorm:momentum=2 linear:10", "batchnorm:momentum=2", "expected a momentum from 0 to 1")]
    [InlineData("flatten linear:2000000 linear:10", "linear:2000000", "more than 2147483647 weights")]
    public void Layers_that_do_not_fit_are_pointed_at(string text, string place, string message)
    {
        var error = Assert.Throws<LayerTextException>(() => LayerText.Parse(text).Build([3, 32, 32], 10));
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
        Assert.Equal(place, text.Substring(error.Start, error.Length));
    }

    [Fact]
    public void The_carets_stand_below_the_place()
    {
        var error = Assert.Throws<LayerTextException>(() => LayerText.Parse("flatten\tliner:64 relu"));
        Assert.Equal(
            "There is no layer \"liner\". Did you mean linear?\n" +
            "  flatten liner:64 relu\n" +
            "          ^^^^^", error.Message);
    }

    [Fact]
    public void A_long_text_is_cut_around_the_place()
    {
        string text = string.Concat(Enumerable.Repeat("relu ", 100)) + "rule" + string.Concat(Enumerable.Repeat(" relu", 100));
        string[] lines = Assert.Throws<LayerTextException>(() => LayerText.Parse(text)).Message.Split('\n');
        Assert.True(lines[1].Length < 90);
        Assert.Equal("rule", lines[1].Substring(lines[2].IndexOf('^', StringComparison.Ordinal), 4));
        Assert.EndsWith(" ^^^^", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n ")]
    public void A_text_without_layers_is_refused_with_an_example(string text) =>
        Assert.Contains("flatten linear:64", Assert.Throws<LayerTextException>(() => LayerText.Parse(text)).Message, StringComparison.Ordinal);
}
