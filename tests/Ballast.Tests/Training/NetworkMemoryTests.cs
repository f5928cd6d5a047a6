namespace Ballast.Tests;

/// <summary>The memory of a convolutional network's training step.</summary>
public sealed class NetworkMemoryTests
{
    static void Step(Module network, SGD optimizer, Tensor images, Tensor labels)
    {
        optimizer.ZeroGrad();
        var loss = new CrossEntropyLoss().Forward(network.Forward(images), labels);
        loss.Backward();
        optimizer.Step();
        Assert.True(float.IsFinite(loss.Item()));
    }

    static Tensor Classes(int count) => Tensor.FromInt64([.. Enumerable.Range(0, count).Select(static i => i % 10)]);

    // The backward pass needs what each convolution wrote, and what the pools wrote for the convolutions behind them.
    [Fact]
    public void A_step_holds_less_than_1_3_times_the_activations_that_its_backward_pass_needs()
    {
        const int n = 97; // a size that no other test has left in the pool
        long activations = (long)n * sizeof(float)
            * (32 * 1024 + 32 * 1024 + 32 * 256 + 64 * 256 + 64 * 256 + 64 * 64 + 128 * 64);
        var network = new VggSmall(generator: new Generator(1));
        var optimizer = new SGD(network.Parameters(), 0.01f, momentum: 0.9f);
        var images = Draw.Data([n, 3, 32, 32], 1);
        var classes = Classes(n);
        long start = Buffer.Allocated;
        for (int step = 0; step < 3; step++)
            Step(network, optimizer, images, classes);
        long made = Buffer.Allocated - start;
        Assert.True(made < 1.3 * activations, $"a step took {made:N0} bytes for activations of {activations:N0}");
    }

    [Fact]
    public void A_thousand_steps_take_no_more_memory_than_ten()
    {
        var network = new VggSmall(generator: new Generator(1));
        var optimizer = new SGD(network.Parameters(), 0.01f, momentum: 0.9f);
        var images = Draw.Data([3, 3, 8, 8], 1);
        var classes = Classes(3);
        for (int step = 0; step < 10; step++)
            Step(network, optimizer, images, classes);
        long buffers = Buffer.Allocated;
        GC.Collect();
        int older = int.MaxValue;
        for (int attempt = 0; attempt < 3 && older > 0; attempt++)
        {
            int before = GC.CollectionCount(2);
            for (int step = 0; step < 1000; step++)
                Step(network, optimizer, images, classes);
            older = GC.CollectionCount(2) - before;
        }

        Assert.Equal(buffers, Buffer.Allocated);
        Assert.Equal(0, older);
    }

    // Behind a frozen front there is no operation that would hand its results back.
    [Fact]
    public void A_frozen_front_takes_no_more_memory_with_each_step()
    {
        var network = Frozen(8);
        var optimizer = new SGD(network.Parameters(), 0.01f, momentum: 0.9f);
        var images = Draw.Data([11, 3, 12, 12], 1);
        var classes = Classes(11);
        for (int step = 0; step < 3; step++)
            Step(network, optimizer, images, classes);
        long buffers = Buffer.Allocated;
        for (int step = 0; step < 20; step++)
            Step(network, optimizer, images, classes);
        Assert.Equal(buffers, Buffer.Allocated);
    }

    // Two frozen convolutions, then blocks that read what they are given twice.
    static Sequential Frozen(int channels)
    {
        var generator = new Generator(1);
        Sequential front = new(
            new Conv2d(3, channels, 3, generator: generator), new GELU(), new Conv2d(channels, channels, 3, generator: generator));
        foreach (var parameter in front.Parameters())
            parameter.Frozen = true;
        return new Sequential(
            front, new ReLU(), new BasicBlock(channels, channels, generator: generator), new BasicBlock(channels, 2 * channels, 2, generator),
            new GlobalAvgPool2d(), new Flatten(), new Linear(2 * channels, 10, generator: generator));
    }

    [Fact]
    public void Behind_a_frozen_front_gradients_are_those_of_its_results_as_data()
    {
        var network = Frozen(8);
        var images = Draw.Data([5, 3, 12, 12], 1);
        Tensor features;
        using (Tensor.NoGrad())
            features = new Sequential(network[0], network[1]).Forward(images);
        Sequential behind = new([.. network.Skip(2)]);
        new CrossEntropyLoss().Forward(behind.Forward(features), Classes(5)).Backward();
        float[][] expected = [.. behind.Parameters().Select(static parameter => parameter.Grad!.ToArray())];

        foreach (bool twice in new[] { false, true })
        {
            network.ZeroGrad();
            var loss = new CrossEntropyLoss().Forward(network.Forward(images), Classes(5));
            loss.Backward(retainGraph: twice);
            if (twice)
            {
                network.ZeroGrad();
                loss.Backward();
            }

            Assert.Equal(expected, behind.Parameters().Select(static parameter => parameter.Grad!.ToArray()));
        }
    }
}
