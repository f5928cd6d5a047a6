namespace Ballast.Tests;

/// <summary>Weights that inference keeps as it reads them: whatever changes them, the next inference sees it.</summary>
public class PreparedWeightTests
{
    static float[] Infer(Module network, Tensor x)
    {
        using var off = Tensor.NoGrad();
        var output = network.Forward(x);
        float[] values = output.ToArray();
        output.ReleaseValues();
        return values;
    }

    // What a layer gives that has never run before.
    static float[] Afresh(Conv2d layer, Tensor x)
    {
        var copy = new Conv2d(layer.InChannels, layer.OutChannels, layer.KernelSize, layer.Stride, layer.Padding);
        copy.LoadStateDict(layer.StateDict());
        return Infer(copy, x);
    }

    [Theory]
    [InlineData(16, 32, 3)]
    [InlineData(3, 5, 5)]
    public void Whatever_changes_the_weight_the_next_inference_sees_it(int inputs, int outputs, int kernel)
    {
        var layer = new Conv2d(inputs, outputs, kernel, padding: 1, generator: new Generator(1));
        var other = new Conv2d(inputs, outputs, kernel, padding: 1, generator: new Generator(2));
        var x = Draw.Data([2, inputs, 8, 8], 3);
        var optimizer = new SGD(layer.Parameters(), 0.1f, momentum: 0.9f);
        void Step()
        {
            optimizer.ZeroGrad();
            (layer.Forward(x) * Draw.Data(layer.OutputShape(x.Shape), 4)).Sum().Backward();
            optimizer.Step();
        }

        Action[] changes =
        [
            Step, Step, () => layer.LoadStateDict(other.StateDict()), Step,
            () => layer.Weight.CopyFrom(Draw.Floats(layer.Weight.Length, 5)),
        ];
        float[] before = Infer(layer, x);
        foreach (var change in changes)
        {
            change();
            float[] after = Infer(layer, x);
            Assert.NotEqual(before, after);
            Assert.Equal(Draw.Bits(Afresh(layer, x)), Draw.Bits(after));
            Assert.Equal(after, Infer(layer, x));
            before = after;
        }
    }

    [Fact]
    public void Folding_after_an_inference_takes_the_new_weights()
    {
        var network = new Sequential(new Conv2d(16, 16, 3, padding: 1, generator: new Generator(1)), new BatchNorm2d(16), new ReLU());
        var x = Draw.Data([2, 16, 8, 8], 2);
        network.Forward(x); // running statistics that are not those of the start
        network.Eval();
        float[] before = Infer(network, x);
        Folding.Fold(network);
        for (int i = 0; i < 2; i++)
            Near.Equal(Array.ConvertAll(before, static v => (double)v), Infer(network, x), 1e-5, "folded");
    }

    // Four pixels are too few for Winograd's tiles: the two images take the same weight in two layouts.
    [Fact]
    public void One_layer_takes_images_of_two_sizes_in_turn_and_two_threads_at_once()
    {
        var layer = new Conv2d(16, 16, 3, padding: 1, generator: new Generator(1));
        Tensor large = Draw.Data([2, 16, 8, 8], 2), small = Draw.Data([2, 16, 2, 2], 3);
        int[] ofLarge = Draw.Bits(Afresh(layer, large)), ofSmall = Draw.Bits(Afresh(layer, small));
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            for (int i = 0; i < 200; i++)
            {
                var (x, expected) = (i + thread) % 2 == 0 ? (large, ofLarge) : (small, ofSmall);
                Assert.Equal(expected, Draw.Bits(Infer(layer, x)));
            }
        });
    }

    [Fact]
    public void Training_and_inference_in_turn_take_no_more_memory()
    {
        var layer = new Conv2d(16, 48, 3, padding: 1, generator: new Generator(1));
        Tensor large = Draw.Data([2, 16, 8, 8], 2), small = Draw.Data([2, 16, 2, 2], 3);
        var optimizer = new SGD(layer.Parameters(), 0.01f);
        void Round()
        {
            Infer(layer, large);
            Infer(layer, small);
            optimizer.ZeroGrad();
            (layer.Forward(large) * layer.Forward(large)).Sum().Backward();
            optimizer.Step();
        }

        for (int i = 0; i < 5; i++)
            Round();
        long made = Buffer.Allocated;
        for (int i = 0; i < 50; i++)
            Round();
        Assert.Equal(made, Buffer.Allocated);
    }
}
