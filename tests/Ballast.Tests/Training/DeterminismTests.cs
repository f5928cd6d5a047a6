namespace Ballast.Tests;

/// <summary>The same bits from run to run and for any number of threads.</summary>
public sealed class DeterminismTests : IDisposable
{
    readonly byte[] before = Generator.Default.GetState();
    readonly int threads = Compute.Threads;

    public void Dispose()
    {
        Generator.Default.SetState(before);
        Compute.Threads = threads;
    }

    static long[] Train(int count, int batchSize, Dataset images, int steps)
    {
        Compute.Threads = count;
        Generator.Default.ManualSeed(42);
        var net = new TutorialNet(bn: true);
        var optimizer = new Adam(net.Parameters(), 1e-3f);
        var loader = new DataLoader(images, batchSize, shuffle: true, prefetch: count % 3);
        var lossFunction = new CrossEntropyLoss();
        List<long> bits = [];
        while (bits.Count < steps)
        {
            foreach (var (inputs, targets) in loader)
            {
                optimizer.ZeroGrad();
                var loss = lossFunction.Forward(net.Forward(inputs), targets);
                loss.Backward();
                optimizer.Step();
                bits.Add(BitConverter.SingleToInt32Bits(loss.Item()));
                if (bits.Count == steps)
                    break;
            }
        }

        return [.. bits, .. Draw.Bits(net.StateDict()), .. Draw.Bits(optimizer.StateDict())];
    }

    [Theory]
    [InlineData(10, 30)]
    [InlineData(128, 30)]
    [InlineData(77, 12)]
    [InlineData(1024, 3)]
    public void Thirty_steps_give_the_same_bits_for_any_number_of_threads_and_again(int batchSize, int steps)
    {
        var images = new RandomImages(1100, 1);
        long[] expected = Train(1, batchSize, images, steps);
        foreach (int count in new[] { 2, 3, 4, 2, 1 })
            Assert.Equal(expected, Train(count, batchSize, images, steps));
    }

    [Fact]
    public void Floats_give_the_bits_of_the_bytes_they_came_from()
    {
        var images = new RandomImages(60, 2);
        float[] values = new float[60 * 3072];
        for (int i = 0; i < 60; i++)
            images.Read(i, values.AsSpan(i * 3072, 3072));
        var floats = new ArrayDataset(values, [.. Enumerable.Range(0, 60).Select(images.Label)], [3, 32, 32]);
        Assert.Equal(Train(2, 10, images, 12), Train(2, 10, floats, 12));
    }
}
