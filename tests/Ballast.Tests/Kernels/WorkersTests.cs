using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

public sealed class WorkersTests : IDisposable
{
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    readonly struct Counting(int[] done, int bad = -1) : IWork
    {
        public void Run(int first, int last)
        {
            for (int part = first; part < last; part++)
            {
                if (part == bad)
                    throw new InvalidOperationException($"part {part}");
                Interlocked.Increment(ref done[part]);
            }
        }
    }

    readonly struct Outer(int[] done) : IWork
    {
        public void Run(int first, int last)
        {
            for (int part = first; part < last; part++)
                Workers.Run(new Counting(done), done.Length);
        }
    }

    [Fact]
    public void Every_part_is_done_once_for_any_number_of_threads()
    {
        for (int count = 1; count <= 5; count++)
        {
            Compute.Threads = count;
            for (int parts = 0; parts <= 40; parts++)
            {
                int[] done = new int[parts];
                Workers.Run(new Counting(done), parts);
                Assert.All(done, times => Assert.Equal(1, times));
            }
        }
    }

    readonly struct CountingPieces(int[] done) : IWork
    {
        public static int Pieces => 3;

        public void Run(int first, int last) => new Counting(done).Run(first, last);
    }

    [Fact]
    public void Every_part_of_work_in_pieces_is_done_once()
    {
        for (int count = 1; count <= 5; count++)
        {
            Compute.Threads = count;
            for (int parts = 0; parts <= 40; parts++)
            {
                int[] done = new int[parts];
                for (int round = 1; round <= 5; round++)
                {
                    Workers.Run(new CountingPieces(done), parts);
                    Assert.All(done, times => Assert.Equal(round, times));
                }
            }
        }
    }

    // Part 4 begins the second thread's share, and waits for the rest of that share: whoever runs it, the other one must.
    readonly struct Waiting(CountdownEvent rest) : IWork
    {
        public static int Pieces => 4;

        public void Run(int first, int last)
        {
            if (last - first > 1)
                return; // the threads are busy with another test's work, and this is all of it
            if (first > 4)
                rest.Signal();
            else if (first == 4)
                Assert.True(rest.Wait(TimeSpan.FromSeconds(30)), "Nobody took the pieces that had not begun.");
        }
    }

    [Fact]
    public void Pieces_that_a_thread_has_not_begun_are_taken_by_another()
    {
        Compute.Threads = 2;
        CheckSharing();
    }

    static void CheckSharing()
    {
        using var rest = new CountdownEvent(3);
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    Workers.Run(new Waiting(rest), 8);
                    return rest.IsSet;
                }, TimeSpan.FromSeconds(60)),
            "The threads no longer share work.");
    }

    // With more threads than processors nobody spins: a helper that is done before it was rung is rung all the same.
    [Fact]
    public void Short_work_is_never_done_twice()
    {
        Compute.Threads = Environment.ProcessorCount + 2;
        int[] done = new int[Compute.Threads];
        for (int round = 1; round <= 20_000; round++)
        {
            Workers.Run(new Counting(done), done.Length);
            Assert.All(done, times => Assert.Equal(round, times));
        }
    }

    [Fact]
    public void What_several_parts_throw_is_thrown_once()
    {
        Compute.Threads = 2;
        for (int round = 0; round < 20; round++)
        {
            Assert.Throws<InvalidOperationException>(() => Workers.Run(new Failing(true), 2));
            Workers.Run(new Failing(false), 2);
        }

        CheckSharing();
    }

    readonly struct Failing(bool fails) : IWork
    {
        public void Run(int first, int last)
        {
            if (fails)
                throw new InvalidOperationException();
        }
    }

    [Fact]
    public void What_a_part_throws_reaches_the_caller_and_the_next_work_runs()
    {
        foreach (int count in new[] { 1, 2, 3 })
        {
            Compute.Threads = count;
            for (int bad = 0; bad < 6; bad++)
            {
                int part = bad;
                var error = Assert.Throws<InvalidOperationException>(() => Workers.Run(new Counting(new int[6], part), 6));
                Assert.Equal($"part {bad}", error.Message);
                int[] done = new int[6];
                Workers.Run(new Counting(done), 6);
                Assert.All(done, times => Assert.Equal(1, times));
            }
        }
    }

    [Fact]
    public void Work_that_starts_work_gets_it_done()
    {
        Compute.Threads = 2;
        int[] done = new int[7];
        Workers.Run(new Outer(done), 4);
        Assert.All(done, times => Assert.Equal(4, times));
    }

    [Fact]
    public async Task Work_from_several_threads_at_once_gets_done()
    {
        Compute.Threads = 2;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                int[] done = new int[9];
                Workers.Run(new Counting(done), 9);
                Assert.All(done, times => Assert.Equal(1, times));
            }
        })));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(257)]
    public void A_number_of_threads_that_cannot_be_is_refused(int count)
    {
        var error = Assert.Throws<ArgumentException>(() => Compute.Threads = count);
        Assert.Contains($"expected 1 to 256 threads, got {count}", error.Message, StringComparison.Ordinal);
    }
}
