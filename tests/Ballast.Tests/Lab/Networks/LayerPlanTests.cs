using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class LayerPlanTests
{
    // Making the weights first took 1.5 GB in the first of these.
    [Theory]
    [InlineData("conv:8,4040 flatten linear:10", "Conv2d(3, 8, 4040): the kernel covers 4040 x 4040 pixels, the padded input [1, 3, 32, 32] has 32 x 32.")]
    [InlineData("conv:8,40000 flatten linear:10", "Conv2d: 8 kernels of 3 x 40000 x 40000 make more than 2147483647 weights.")]
    [InlineData("wsconv:8,3 wsconv:8,4040 flatten linear:10", "the kernel covers 4040 x 4040 pixels")]
    [InlineData("flatten linear:5000 conv:8,3", "expected a sample of shape [C, H, W]")]
    [InlineData("conv:6,3 groupnorm:4 flatten linear:10", "GroupNorm")]
    [InlineData("conv:6,3,groups=2 flatten linear:10", "expected groups that divide both 3 input and 6 output channels, got 2")]
    [InlineData("flatten linear:64 relu linear:9", "The network turns a sample [3, 32, 32] into [9].")]
    [InlineData("conv:8,3 maxpool:40 flatten linear:10", "MaxPool2d")]
    public void What_does_not_fit_is_refused_before_any_weight_is_drawn(string layers, string message)
    {
        using var own = Generator.UseDefault(new Generator(5));
        Assert.Contains(message, Assert.Throws<LayerTextException>(() => LayerText.Parse(layers).Build([3, 32, 32], 10)).Message, StringComparison.Ordinal);
        Assert.Equal(new Generator(5).Permutation(100), Generator.Default.Permutation(100));
    }

    [Fact]
    public void The_planned_shape_is_that_of_the_layer()
    {
        var layer = new Conv2d(6, 8, 3, stride: 2, padding: 2, dilation: 2, groups: 2);
        Assert.Equal(layer.OutputShape([5, 6, 17, 12]), Conv2d.OutputShape([5, 6, 17, 12], 8, 3, 2, 2, 2, 2));
    }
}
