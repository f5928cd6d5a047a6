using Ballast.Lab;

namespace Ballast.Tests;

public sealed class LayerTextErrorTests
{
    [Theory]
    [InlineData("flatten liner:64", "liner", "Did you mean linear?")]
    [InlineData("flatten conv:64", "conv", "There are flatten, linear, batchnorm, relu.")]
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
    [InlineData("relu:1", "1", "relu has no settings")]
    public void A_mistake_is_pointed_at(string text, string place, string message)
    {
        var error = Assert.Throws<LayerTextException>(() => LayerText.Parse(text));
        Assert.Contains(message, error.Problem, StringComparison.Ordinal);
        Assert.Equal(place, text.Substring(error.Start, error.Length));
    }

    [Theory]
    [InlineData("batchnorm", "batchnorm", "expected a sample of shape [C] or [C, L], got [3, 32, 32]. Put flatten before it.")]
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
