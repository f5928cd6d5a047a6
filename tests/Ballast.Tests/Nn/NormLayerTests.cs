namespace Ballast.Tests;

/// <summary>Models with other normalizations than their own.</summary>
public class NormLayerTests
{
    static Module Make(string name, NormLayer? norm) => name switch
    {
        "resnet20" => new ResNet20(3, 10, new Generator(1), norm),
        "resnet18" => new ResNet18(3, 10, new Generator(1), norm),
        _ => new AirBench(3, 10, new Generator(1), norm),
    };

    static string[] Weights(Module net) =>
        [.. net.NamedModules().Where(static part => part.Module is Conv2d or Linear)
            .SelectMany(static part => part.Module.NamedParameters().Select(entry => $"{part.Name}.{entry.Name} {string.Join(' ', Draw.Bits(entry.Parameter.AsSpan()).Take(9))}"))];

    [Theory]
    [InlineData("resnet20", 21)]
    [InlineData("resnet18", 20)]
    [InlineData("airbench", 6)]
    public void Keys_and_initial_weights_are_those_of_the_model_whatever_normalizes(string name, int count)
    {
        var model = Make(name, null);
        string[] keys = [.. model.StateDict().Keys];
        Assert.Equal(keys.Order(), Make(name, new NormLayer(After: true)).StateDict().Keys.Order());
        List<Module> made = [];
        var groups = Make(name, new NormLayer(channels => Keep(new GroupNorm(2, channels))));
        Assert.Equal(count, made.Count);
        Assert.Equal(made, groups.NamedModules().Select(static part => part.Module).OfType<GroupNorm>());
        var none = Make(name, new NormLayer(static _ => new Identity()));
        Assert.All(new[] { groups, none }, net => Assert.Equal(Weights(model), Weights(net)));
        Assert.Equal(none.StateDict().Keys.Order(), Weights(model).Select(static line => line.Split(' ')[0]).Order());

        Module Keep(Module layer)
        {
            made.Add(layer);
            return layer;
        }
    }

    [Theory]
    [InlineData(16, 1)]
    [InlineData(24, 2)]
    public void A_block_with_normalization_behind_its_activations_is_the_formula(int outputs, int stride)
    {
        var block = new BasicBlock(16, outputs, stride, new Generator(3), new NormLayer(After: true));
        var input = Draw.Data([4, 16, 8, 8], 5);
        var parts = block.NamedModules().ToDictionary(static part => part.Name, static part => part.Module);
        Tensor Run(string name, Tensor x) => parts[name].Forward(x);
        var around = stride == 1 ? input : Run("downsample.1", Run("downsample.0", input));
        var expected = Run("bn2", (Run("conv2", Run("bn1", Run("conv1", input).Relu())) + around).Relu()).ToArray();
        Near.Equal(expected, block.Forward(input).ToArray(), 1e-5f);
        block.Eval();
        using var off = Tensor.NoGrad();
        around = stride == 1 ? input : Run("downsample.1", Run("downsample.0", input));
        expected = Run("bn2", (Run("conv2", Run("bn1", Run("conv1", input).Relu())) + around).Relu()).ToArray();
        Near.Equal(expected, block.Forward(input).ToArray(), 1e-5f);
    }

    [Fact]
    public void A_layer_that_is_not_made_is_refused() => Assert.Contains(
        "expected a layer for 16 channels", Assert.Throws<ArgumentException>(() => new ResNet20(norm: new NormLayer(static _ => null!))).Message, StringComparison.Ordinal);
}
