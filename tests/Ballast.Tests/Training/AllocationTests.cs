namespace Ballast.Tests;

/// <summary>What a training step in steady state leaves to the garbage collector.</summary>
public sealed class AllocationTests : IDisposable
{
    const int BytesAStep = 2048;

    readonly byte[] before = Generator.Default.GetState();

    public void Dispose() => Generator.Default.SetState(before);

    sealed class Training(int batchSize, int samples)
    {
        readonly TutorialNet net = new(bn: true);
        readonly CrossEntropyLoss lossFunction = new();
        // A few images under many numbers: a run stays within one epoch, whose order is drawn once.
        readonly DataLoader loader = new(
            new RandomImages(500, 1).Subset([.. Enumerable.Range(0, samples).Select(static i => i % 500)]), batchSize,
            shuffle: true);
        Adam? optimizer;
        IEnumerator<Batch>? batches;
        float sum;

        // The tutorial's step.
        public void Run(int steps)
        {
            optimizer ??= new Adam(net.Parameters(), 1e-4f);
            for (int i = 0; i < steps; i++)
            {
                if (batches is null || !batches.MoveNext())
                {
                    batches?.Dispose();
                    batches = loader.GetEnumerator();
                    batches.MoveNext();
                }

                var (inputs, targets) = batches.Current;
                optimizer.ZeroGrad();
                var outputs = net.Forward(inputs);
                var loss = lossFunction.Forward(outputs, targets);
                loss.Backward();
                optimizer.Step();
                sum += loss.Item();
            }

            Assert.True(float.IsFinite(sum));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(128)]
    public void A_step_allocates_less_than_2_KB(int batchSize)
    {
        var training = new Training(batchSize, samples: batchSize * 310);
        training.Run(100);
        long start = GC.GetAllocatedBytesForCurrentThread();
        training.Run(200);
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - start) / 200;
        Assert.True(bytes < BytesAStep, $"a step allocated {bytes} bytes");
    }

    [Fact]
    public void Two_thousand_steps_run_no_collection_of_an_older_generation()
    {
        var training = new Training(batchSize: 10, samples: 21_500);
        training.Run(100);
        GC.Collect();
        int first = GC.CollectionCount(1), second = GC.CollectionCount(2);
        training.Run(2000);
        Assert.Equal((first, second), (GC.CollectionCount(1), GC.CollectionCount(2)));
    }
}
