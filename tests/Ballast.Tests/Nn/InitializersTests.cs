using System.Text.Json;

namespace Ballast.Tests;

public class InitializersTests
{
    [Theory]
    [InlineData("bn_init", 1, 4, 7)]
    [InlineData("nobn_init", 1, 3, 5)]
    public void The_tutorials_initial_weights_are_PyTorchs_to_the_last_bit(string record, params int[] places)
    {
        JsonElement recorded = Golden.Load("rng.json").GetProperty(record);
        GeneratorTests.AfterTutorialInitialization(out var layers);
        for (int i = 0; i < places.Length; i++)
        {
            JsonElement weight = recorded.GetProperty($"layers.{places[i]}.weight");
            JsonElement bias = recorded.GetProperty($"layers.{places[i]}.bias");
            Assert.Equal(weight[0].Floats(), layers[i].Weight[..4]);
            Assert.Equal(weight[1].GetString(), Golden.Digest(layers[i].Weight));
            Assert.Equal(bias[0].Floats(), layers[i].Bias[..4]);
            Assert.Equal(bias[1].GetString(), Golden.Digest(layers[i].Bias));
        }
    }

    [Fact]
    public void A_small_layer_is_PyTorchs_for_every_seed()
    {
        foreach (JsonElement recorded in Golden.Load("rng-seeds.json").GetProperty("cases").EnumerateArray())
        {
            var (weight, bias) = (new float[17 * 5], new float[5]);
            Initializers.LinearUniform(new(recorded.GetProperty("seed").GetInt64()), weight, bias, 17);
            string[] digests = [Golden.Digest(weight), Golden.Digest(bias)];
            Assert.Equal(recorded.GetProperty("linear_17_5").Strings(), digests);
        }
    }

    [Fact]
    public void A_layer_without_bias_draws_only_its_weight()
    {
        var (generator, plain) = (new Generator(4), new Generator(4));
        Initializers.LinearUniform(generator, new float[6], [], 3);
        plain.Uniform(new float[6]);
        Assert.Equal(plain.GetState(), generator.GetState());
    }

    [Fact]
    public void A_layer_without_inputs_is_refused() =>
        Assert.Throws<ArgumentException>(() => Initializers.LinearUniform(new(), [], [], 0));
}
