namespace Ballast.Tests;

public class ModelTests
{
    static Module[] Small() =>
    [
        new Mlp(28 * 28, 7, new Generator(1)), new VggSmall(1, 7, new Generator(1)), new ResNet20(1, 7, new Generator(1)),
        new ResNet18(1, 7, new Generator(1)),
    ];

    [Fact]
    public void Channels_classes_and_the_size_of_images_are_free()
    {
        byte[] before = Generator.Default.GetState();
        foreach (var net in Small())
        {
            Assert.Equal([3, 7], net.Forward(Draw.Data([3, 1, 28, 28], 1)).Shape.ToArray());
            if (net is not Mlp)
                Assert.Equal([2, 7], net.Forward(Draw.Data([2, 1, 33, 41], 2)).Shape.ToArray());
        }

        Assert.Equal(before, Generator.Default.GetState());
    }

    [Fact]
    public void The_same_bits_for_any_number_of_threads()
    {
        int threads = Compute.Threads;
        try
        {
            foreach (string name in new[] { "vgg-small", "resnet20" })
            {
                List<long[]> states = [];
                foreach (int count in new[] { 1, 2, 3 })
                {
                    Compute.Threads = count;
                    Module net = name == "vgg-small" ? new VggSmall(generator: new Generator(1)) : new ResNet20(generator: new Generator(1));
                    var optimizer = new SGD(net.Parameters(), 0.1f, momentum: 0.9f);
                    for (int step = 0; step < 2; step++)
                    {
                        optimizer.ZeroGrad();
                        new CrossEntropyLoss().Forward(net.Forward(Draw.Data([5, 3, 32, 32], step)), Tensor.FromInt64(0, 1, 2, 3, 4)).Backward();
                        optimizer.Step();
                    }

                    states.Add(Draw.Bits(net.StateDict()));
                }

                Assert.Equal(states[0], states[1]);
                Assert.Equal(states[0], states[2]);
            }
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    [Fact]
    public void Inference_takes_its_memory_from_the_pool()
    {
        var x = Draw.Data([8, 1, 28, 28], 3);
        using var off = Tensor.NoGrad();
        foreach (var net in Small())
        {
            net.Eval();
            for (int i = 0; i < 3; i++)
                net.Forward(x);
            long start = GC.GetAllocatedBytesForCurrentThread();
            net.Forward(x);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - start;
            // The first layer's result alone has 100 KB or more; tensors' own objects take a few hundred bytes a layer.
            Assert.True(bytes < 40_000, $"{net.GetType().Name}: a forward pass allocated {bytes} bytes");
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_the_layer_that_it_does_not_fit()
    {
        Refused("Conv2d(3, 32, 3, padding: 1, bias: false): expected input [N, 3, H, W] or [3, H, W], got [2, 1, 8, 8]. The layer before it must produce 3 channels.",
            static () => new VggSmall().Forward(Tensor.Zeros([2, 1, 8, 8])));
        Refused("MaxPool2d(2): the window covers 2 x 2 pixels, the padded input [2, 64, 1, 1] has 1 x 1. Use a smaller kernel, more padding, or fewer layers that shrink the image before it.",
            static () => new VggSmall().Forward(Tensor.Zeros([2, 3, 2, 2])));
        Refused("Conv2d: expected at least 1 channel, got 0 in and 16 out.", static () => new ResNet20(0));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
