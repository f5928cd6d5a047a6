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
    public void A_step_allocates_less_than_2048_bytes(int batchSize)
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
        // Other tests' garbage may move a collection to an older generation, but not each time; a training that needs older
        // generations does so each time.
        var training = new Training(batchSize: 10, samples: 62_000);
        training.Run(100);
        GC.Collect();
        int older = int.MaxValue;
        for (int i = 0; i < 3 && older > 0; i++)
        {
            int before = GC.CollectionCount(1);
            training.Run(2000);
            older = GC.CollectionCount(1) - before; // counts those of the oldest generation as well
        }

        Assert.Equal(0, older);
    }
}
