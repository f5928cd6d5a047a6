using System.Text.Json;

namespace Ballast.Tests;

/// <summary><see cref="AirBench"/> against the same network in PyTorch 1.13.1, from a seed to logits and losses, and what it
/// promises besides.</summary>
public sealed class AirBenchTests : IDisposable
{
    static readonly JsonElement Recorded = Golden.Load("airbench.json");

    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    static Tensor Images()
    {
        var generator = new Generator(7);
        var blocks = Tensor.Rand([16, 3, 16, 16], generator).AsSpan();
        float[] values = Tensor.Rand([16, 3, 32, 32], generator).AsSpan().ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            int plane = i / 1024, y = i / 32 % 32, x = i % 32;
            values[i] = (blocks[plane * 256 + y / 2 * 16 + x / 2] - 0.5f) + values[i] * 0.25f;
        }

        return Tensor.From(values, [16, 3, 32, 32]);
    }

    static AirBench Make()
    {
        Generator.Default.ManualSeed(42);
        var net = new AirBench();
        net.Whiten(Images());
        return net;
    }

    [Fact]
    public void A_seed_gives_the_weights_of_the_authors_program()
    {
        Generator.Default.ManualSeed(42);
        var state = new AirBench().StateDict();
        var expected = Recorded.GetProperty("state").EnumerateArray().Select(entry => (
            entry[0].GetString()!, new Shape(entry[1].Ints()).ToString(), entry[2].GetString())).ToList();
        Assert.Equal(expected, state.Select(static entry => (
            entry.Key, entry.Value.Shape.ToString(),
            entry.Value.Tensor is { ElementType: ElementType.Float32 } tensor ? Golden.Digest(tensor.AsSpan()) : null)));
        // Nothing was drawn besides.
        Assert.Equal(Recorded.GetProperty("next_draw").GetSingle(), Tensor.Rand([1]).Item());
    }

    // Both in double and rounded once; the eigenvectors' own error is 1e-16 over the gap of their eigenvalues.
    [Fact]
    public void The_whitening_kernels_are_those_of_LAPACKs_eigenvectors() =>
        Near.Equal(Recorded.GetProperty("kernels").Floats(), Make().StateDict()["whiten.weight"].Tensor.AsSpan(), 2e-7, "kernels");

    [Fact]
    public void Whitened_patches_are_uncorrelated_and_of_one_size()
    {
        var images = Images();
        var convolution = new Conv2d(3, 24, 2, bias: false);
        Whitening.Compute(images, 2, 1e-9, convolution.Weight.Mutate());
        float[] y = convolution.Forward(images).AsSpan().ToArray();
        const int area = 31 * 31;
        for (int i = 0; i < 12; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int image = 0; image < 16; image++)
                {
                    for (int p = 0; p < area; p++)
                        sum += (double)y[(image * 24 + i) * area + p] * y[(image * 24 + j) * area + p];
                }

                Assert.Equal(i == j ? 1 : 0, sum / (16 * area), 1e-4);
            }
        }
    }

    [Fact]
    public void Logits_are_PyTorchs_in_both_modes()
    {
        var net = Make();
        Near.Equal(Recorded.GetProperty("training").Floats(), net.Forward(Images()).AsSpan(), 1e-5, "in training mode");
        net.Eval();
        Near.Equal(Recorded.GetProperty("evaluation").Floats(), net.Forward(Images()).AsSpan(), 1e-5, "in evaluation mode");
        using var off = Tensor.NoGrad();
        Near.Equal(Recorded.GetProperty("evaluation").Floats(), net.Forward(Images()).AsSpan(), 1e-5, "without gradients");
    }

    // Eight runs of PyTorch in float32, six of them from weights moved by their last digit, are within 4e-7 of float64. The rates are three tenths of the recipe's: with
    // those, differences in the last digit grow until one of them decides which of two equal values the last pool takes.
    [Fact]
    public void The_first_losses_are_PyTorchs()
    {
        var net = Make();
        var images = Images();
        var targets = Tensor.FromInt64([.. Enumerable.Range(0, 16).Select(static i => i % 10)]);
        var optimizer = new SGD(
            [
                new ParameterGroup(NormBiases(net)) { LearningRate = 0.192f, WeightDecay = 1e-3f / 64 },
                new ParameterGroup(net.Parameters().Except(NormBiases(net))),
            ],
            0.003f, momentum: 0.85f, weightDecay: 1e-3f, nesterov: true);
        foreach (double expected in Recorded.GetProperty("losses").Doubles())
        {
            optimizer.ZeroGrad();
            var loss = new CrossEntropyLoss().Forward(net.Forward(images), targets);
            loss.Backward();
            optimizer.Step();
            Assert.Equal(expected, loss.Item(), 1e-6);
        }
    }

    static IEnumerable<Parameter> NormBiases(AirBench net) =>
        net.NamedModules().Select(static part => part.Module).OfType<BatchNorm>().Select(static norm => norm.Bias!);

    [Fact]
    public void Kernels_and_scales_are_frozen_and_the_rest_learns()
    {
        var net = Make();
        Assert.Equal(
            ["whiten.weight", .. Enumerable.Range(1, 3).SelectMany(static block =>
                new[] { $"block{block}.norm1.weight", $"block{block}.norm2.weight" })],
            net.NamedParameters().Where(static entry => entry.Parameter.Frozen).Select(static entry => entry.Name));
        new CrossEntropyLoss().Forward(net.Forward(Images()), Tensor.FromInt64([.. Enumerable.Repeat(1, 16)])).Backward();
        Assert.All(net.NamedParameters(), static entry => Assert.Equal(entry.Parameter.Frozen, entry.Parameter.Grad is null));
    }

    [Fact]
    public void Channels_classes_and_the_size_of_images_are_free_within_bounds()
    {
        var net = new AirBench(1, 7, new Generator(1));
        net.Whiten(Draw.Data([4, 1, 28, 28], 1));
        Assert.Equal([2, 7], net.Forward(Draw.Data([2, 1, 25, 48], 2)).Shape.ToArray());
        Assert.Throws<ArgumentException>(() => net.Forward(Draw.Data([2, 1, 49, 49], 2)));
        Refused("AirBench.Whiten: expected images [N, 1, H, W] of 2 x 2 pixels or more, got [2, 3, 8, 8].",
            () => net.Whiten(Tensor.Zeros([2, 3, 8, 8])));
        Refused("AirBench.Whiten: expected an epsilon above 0, got 0.", () => net.Whiten(Tensor.Zeros([2, 1, 8, 8]), 0));
    }

    static void Refused(string message, Action action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
