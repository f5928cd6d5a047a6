using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Models of the library with other normalizations, written as a text.</summary>
public class NormalizedModelTests
{
    static readonly Shape Sample = [3, 32, 32];

    static IEnumerable<T> Parts<T>(string text) =>
        NamedNetworks.Build(text, Sample, 10).NamedModules().Select(static part => part.Module).OfType<T>();

    [Fact]
    public void Each_normalization_is_made_for_what_goes_into_it()
    {
        var shapes = Parts<LayerNorm>("resnet20 before layernorm").Select(static norm => norm.NamedParameters().First().Parameter.Shape.ToString()).ToArray();
        Assert.Equal(21, shapes.Length);
        Assert.Equal(["[16, 32, 32]", "[32, 16, 16]", "[64, 8, 8]"], shapes.Distinct());
        Assert.Equal(6, Parts<GroupNorm>("airbench after groupnorm:4").Count());
        Assert.Empty(Parts<BatchNorm>("airbench none"));
        // The model's own, and one with settings.
        Assert.All(Parts<BatchNorm2d>("airbench after batchnorm"), static norm => Assert.True(norm.Weight!.Frozen));
        Assert.All(Parts<BatchNorm2d>("airbench before batchnorm:momentum=0.2"), static norm => Assert.False(norm.Weight!.Frozen));
        Assert.Equal(
            ["GroupNorm", "RMSNorm"],
            Parts<Module>($"airbench before groupnorm:4 {string.Join(' ', Enumerable.Repeat("rmsnorm", 5))}")
                .Where(static part => part is GroupNorm or RMSNorm).Select(static part => part.GetType().Name).Distinct());
    }

    [Theory]
    [InlineData("Did you mean after?", "resnet20 aftr batchnorm", 9)]
    [InlineData("Which normalization?", "resnet20 after", 9)]
    [InlineData("There is no normalization", "resnet20 after relu", 15)]
    [InlineData("nothing to place", "resnet20 none batchnorm", 14)]
    [InlineData("21 normalizations, and 2 are given", "resnet20 after batchnorm rmsnorm", 0)]
    [InlineData("do not divide", "resnet20 after groupnorm:3", 15)]
    [InlineData("write its layers", "vgg-small none", 0)]
    public void A_mistake_is_pointed_at(string problem, string text, int start)
    {
        var error = Assert.Throws<LayerTextException>(() =>
        {
            NamedNetworks.Check(text);
            NamedNetworks.Build(text, Sample, 10);
        });
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Equal(start, error.Start);
    }
}
