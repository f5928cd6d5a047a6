namespace Ballast.StrangerTests;

public class OwnCommunicatorTests
{
    [Fact]
    public void Workers_with_a_communicator_of_ones_own_train_as_one()
    {
        Generator.Default.ManualSeed(5);
        var x = Tensor.Randn([12, 3]);
        var whole = Network();
        var state = whole.StateDict();
        Square(whole.Forward(x)).Mean().Backward();
        float[] expected = Gradients(whole);

        Exchange exchange = new(2);
        float[][] got = new float[2][];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(rank => new Thread(() =>
        {
            using var generator = Generator.UseDefault(new Generator(rank));
            var own = SyncBatchNorm.Convert(Network(), new Worker(exchange, rank));
            own.LoadStateDict(state);
            Square(own.Forward(Tensor.From(x.AsSpan().Slice(18 * rank, 18), [6, 3]))).Mean().Backward();
            new Worker(exchange, rank).AverageGradients(own.Parameters());
            got[rank] = Gradients(own);
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        Assert.Equal(got[0], got[1]);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], got[0][i], 1e-5);
    }

    static Sequential Network() => new(new Linear(3, 4), new BatchNorm1d(4), new ReLU(), new Linear(4, 2));

    static Tensor Square(Tensor x) => x * x;

    static float[] Gradients(Module model) => [.. model.Parameters().SelectMany(static parameter => parameter.Grad!.ToArray())];

    /// <summary>Where all workers put their values, and from where each adds them up in the same order.</summary>
    sealed class Exchange(int size)
    {
        public double[][] Values { get; } = new double[size][];

        public Barrier Barrier { get; } = new(size);
    }

    sealed class Worker(Exchange exchange, int rank) : ICommunicator
    {
        public int Rank => rank;

        public int Size => exchange.Values.Length;

        public void AllReduceSum(Span<double> values)
        {
            exchange.Values[rank] = values.ToArray();
            Wait();
            values.Clear();
            foreach (double[] theirs in exchange.Values)
            {
                for (int i = 0; i < values.Length; i++)
                    values[i] += theirs[i];
            }

            Wait(); // before anybody puts the next ones there
        }

        public void AllReduceSum(Span<float> values)
        {
            double[] wide = new double[values.Length];
            for (int i = 0; i < wide.Length; i++)
                wide[i] = values[i];
            AllReduceSum(wide.AsSpan());
            for (int i = 0; i < wide.Length; i++)
                values[i] = (float)wide[i];
        }

        void Wait()
        {
            if (!exchange.Barrier.SignalAndWait(TimeSpan.FromMinutes(1)))
                throw new CommunicationException("A worker is lost. Start all of them again.");
        }
    }
}
