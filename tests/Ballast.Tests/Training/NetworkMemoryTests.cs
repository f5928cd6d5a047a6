namespace Ballast.Tests;

/// <summary>The memory of a convolutional network's training step.</summary>
public sealed class NetworkMemoryTests
{
    static void Step(Module network, Sgd optimizer, Tensor images, Labels labels)
    {
        optimizer.ZeroGrad();
        var loss = new CrossEntropyLoss().Forward(network.Forward(images), labels);
        loss.Backward();
        optimizer.Step();
        Assert.True(float.IsFinite(loss.Item()));
    }

    static Labels Classes(int count) => new([.. Enumerable.Range(0, count).Select(static i => i % 10)]);

    // The backward pass needs what each convolution wrote, and what the pools wrote for the convolutions behind them.
    [Fact]
    public void A_step_holds_less_than_1_3_times_the_activations_that_its_backward_pass_needs()
    {
        const int n = 97; // a size that no other test has left in the pool
        long activations = (long)n * sizeof(float)
            * (32 * 1024 + 32 * 1024 + 32 * 256 + 64 * 256 + 64 * 256 + 64 * 64 + 128 * 64);
        var network = new VggSmall(generator: new Generator(1));
        var optimizer = new Sgd(network.Parameters(), 0.01f, momentum: 0.9f);
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
        var optimizer = new Sgd(network.Parameters(), 0.01f, momentum: 0.9f);
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
}
