namespace Ballast.Tests.Tensors;

/// <summary>Workers that sum numbers up, and every way they can fail to: an error for all, and never a hang.</summary>
public sealed class ThreadCommunicatorTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Everyone_gets_the_sum_of_all(int size) =>
        ThreadCommunicator.Run(size, communicator =>
        {
            Assert.Equal(size, communicator.Size);
            for (int round = 1; round <= 200; round++)
            {
                int length = round % 7 * 10;
                double[] values = [.. Enumerable.Range(0, length).Select(i => (double)((communicator.Rank + 1) * round + i))];
                communicator.AllReduceSum(values);
                Assert.Equal(Enumerable.Range(0, length).Select(i => size * (size + 1) / 2.0 * round + size * i), values);
                float[] floats = [communicator.Rank, round];
                communicator.AllReduceSum(floats);
                Assert.Equal([size * (size - 1) / 2f, size * round], floats);
            }
        }, Limit);

    [Fact]
    public void The_sum_is_formed_in_the_workers_order()
    {
        double[] parts = [1e16, 1, -1e16, 1];
        ThreadCommunicator.Run(4, communicator =>
        {
            for (int round = 0; round < 50; round++)
            {
                double[] value = [parts[communicator.Rank]];
                communicator.AllReduceSum(value);
                Assert.Equal(((parts[0] + parts[1]) + parts[2]) + parts[3], value[0]);
            }
        }, Limit);
    }

    static string Failure(int size, Action<ThreadCommunicator> worker, TimeSpan? timeout = null) =>
        Assert.Throws<CommunicationException>(() => ThreadCommunicator.Run(size, worker, timeout ?? Limit)).Message;

    [Fact]
    public void A_worker_that_ends_early_is_named() =>
        Assert.Equal("Worker 1 of 3 has ended, and others wait for it. Every worker has to run the same network on as many batches.",
            Failure(3, static communicator =>
            {
                communicator.AllReduceSum(new double[2]);
                if (communicator.Rank != 1)
                    communicator.AllReduceSum(new double[2]);
            }));

    [Fact]
    public void What_a_worker_throws_is_thrown_where_all_were_started()
    {
        var error = Assert.Throws<InvalidDataException>(() => ThreadCommunicator.Run(3, static communicator =>
        {
            if (communicator.Rank == 2)
                throw new InvalidDataException("bad data");
            communicator.AllReduceSum(new double[2]);
        }, Limit));
        Assert.Equal("bad data", error.Message);
    }

    [Fact]
    public void The_others_learn_why_a_worker_failed()
    {
        string? met = null;
        Assert.Throws<InvalidDataException>(() => ThreadCommunicator.Run(2, communicator =>
        {
            if (communicator.Rank == 1)
                throw new InvalidDataException("bad data");
            met = Assert.Throws<CommunicationException>(() => communicator.AllReduceSum(new double[2])).Message;
        }, Limit));
        Assert.Equal("Worker 1 of 2 failed: bad data", met);
    }

    [Fact]
    public void Workers_that_sum_different_things_are_named() =>
        Assert.Equal("Worker 0 of 2 sums up 4 numbers where worker 1 sums up 6. All workers have to run the same network in the same order.",
            Failure(2, static communicator => communicator.AllReduceSum(new double[4 + 2 * communicator.Rank])).Replace(
                "Worker 1 of 2 sums up 6 numbers where worker 0 sums up 4.", "Worker 0 of 2 sums up 4 numbers where worker 1 sums up 6.", StringComparison.Ordinal));

    [Fact]
    public void A_worker_that_hangs_is_left_behind()
    {
        using var hang = new ManualResetEventSlim();
        string message = Failure(2, communicator =>
        {
            if (communicator.Rank == 1)
                hang.Wait();
            communicator.AllReduceSum(new double[1]);
        }, TimeSpan.FromMilliseconds(150));
        hang.Set();
        Assert.StartsWith("Worker 1 of 2 did not come within 0.15 s.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_its_end_or_a_failure_nothing_is_exchanged()
    {
        var two = ThreadCommunicator.Create(2, Limit);
        two[0].Dispose();
        Assert.Contains("Worker 0 of 2 has ended", Assert.Throws<CommunicationException>(() => two[1].AllReduceSum(new double[1])).Message, StringComparison.Ordinal);
        Assert.Contains("Worker 0 of 2 has ended", Assert.Throws<CommunicationException>(() => two[1].AllReduceSum(new float[1])).Message, StringComparison.Ordinal);
        var one = ThreadCommunicator.Create(1)[0];
        one.Dispose();
        Assert.Contains("after its end", Assert.Throws<CommunicationException>(() => one.AllReduceSum(new double[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_worker_has_a_default_generator_of_its_own_with_one_seed()
    {
        float[] drawn = new float[3];
        using (Generator.UseDefault(new Generator(77)))
            ThreadCommunicator.Run(3, communicator => drawn[communicator.Rank] = Tensor.Randn([1]).Item(), Limit);
        Assert.All(drawn, static value => Assert.Equal(Tensor.Randn([1], new Generator(77)).Item(), value));
    }

    [Fact]
    public void Sizes_and_times_that_mean_nothing_are_refused()
    {
        Assert.Throws<ArgumentException>(static () => ThreadCommunicator.Create(0));
        Assert.Throws<ArgumentException>(static () => ThreadCommunicator.Create(257));
        Assert.Throws<ArgumentException>(static () => ThreadCommunicator.Create(2, TimeSpan.Zero));
        Assert.Throws<ArgumentException>(static () => ThreadCommunicator.Create(2, TimeSpan.MaxValue));
        Assert.Throws<ArgumentNullException>(static () => ThreadCommunicator.Run(2, null!));
    }

    [Fact]
    public void Gradients_are_averaged_in_place()
    {
        ThreadCommunicator.Run(2, static communicator =>
        {
            var (a, b, idle) = (Draw.Weights([3], 1), Draw.Weights([2, 2], 2), Draw.Weights([4], 3));
            ((a * (communicator.Rank + 1f)).Sum() + (b * (float)communicator.Rank).Sum()).Backward();
            var before = a.Grad!;
            communicator.AverageGradients([a, idle, b]);
            Assert.Equal([1.5f, 1.5f, 1.5f], a.Grad!.ToArray());
            Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], b.Grad!.ToArray());
            Assert.Null(idle.Grad);
            Assert.NotSame(before, a.Grad);
        }, Limit);
    }
}
