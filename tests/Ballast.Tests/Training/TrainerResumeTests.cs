namespace Ballast.Tests;

/// <summary>Training that was interrupted and resumed ends with the bits of training that was not.</summary>
public sealed class TrainerResumeTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly byte[] before = Generator.Default.GetState();

    public void Dispose()
    {
        folder.Dispose();
        Generator.Default.SetState(before);
    }

    string Path => folder.File("checkpoint");

    public static TheoryData<bool, int, int> Interruptions
    {
        get
        {
            var data = new TheoryData<bool, int, int>();
            foreach (bool ownGenerator in new[] { false, true })
            {
                foreach (int prefetch in new[] { 0, 3 })
                {
                    // Before the first step, within epochs, and right at their ends.
                    foreach (int step in new[] { 0, 1, 4, 8, 9, 10, 13, 18, 26 })
                        data.Add(ownGenerator, prefetch, step);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Interruptions))]
    public void Interrupted_anywhere(bool ownGenerator, int prefetch, int step)
    {
        var whole = new SmallTask(42, ownGenerator, logEvery: 1);
        Assert.True(whole.Trainer.Fit().Completed);
        long[] expected = whole.Everything;

        var first = new SmallTask(42, ownGenerator, prefetch, logEvery: 1, path: Path);
        var stopped = Interrupt(first, step);
        Assert.Equal((false, (long)step), (stopped.Completed, stopped.Step));

        // Another seed: nothing may come from anywhere but the checkpoint.
        var second = new SmallTask(7, ownGenerator, prefetch, logEvery: 1, path: Path);
        second.Trainer.Resume(Checkpoint.Load(Path));
        var result = second.Trainer.Fit();
        Assert.Equal((true, (long)SmallTask.Steps), (result.Completed, result.Step));
        Assert.Equal(expected, second.Everything);
        Assert.Equal(whole.Lines, first.Lines.Concat(second.Lines));
    }

    [Fact]
    public void Interrupted_again_and_again_between_the_lines_of_the_log()
    {
        var whole = new SmallTask(42, ownGenerator: false, logEvery: 4);
        whole.Trainer.Fit();
        long[] expected = whole.Everything;

        List<TrainingLine> lines = [];
        bool completed = false;
        for (int part = 0; !completed; part++)
        {
            var task = new SmallTask(42 + part, ownGenerator: false, prefetch: part % 2, logEvery: 4, path: Path);
            if (part > 0)
                task.Trainer.Resume(Checkpoint.Load(Path));
            var result = Interrupt(task, 1 + part % 3);
            completed = result.Completed;
            lines.AddRange(task.Lines);
            if (completed)
                Assert.Equal(expected, task.Everything);
            Assert.True(part < SmallTask.Steps);
        }

        Assert.Equal(whole.Lines, lines);
    }

    // Cancels within a step, counted from where this part began: the step is finished, then training stops.
    static TrainingResult Interrupt(SmallTask task, int steps)
    {
        using var source = new CancellationTokenSource();
        if (steps == 0)
            source.Cancel();
        task.DuringStep = () =>
        {
            if (--steps == 0)
                source.Cancel();
        };
        return task.Trainer.Fit(source.Token);
    }

    [Fact]
    public void A_finished_run_has_nothing_left_to_do()
    {
        var task = new SmallTask(1, ownGenerator: false, path: Path);
        task.Trainer.Fit();
        long[] expected = task.Everything;
        var again = new SmallTask(2, ownGenerator: false, path: Path);
        again.Trainer.Resume(Checkpoint.Load(Path));
        var result = again.Trainer.Fit();
        Assert.Equal((true, (long)SmallTask.Steps), (result.Completed, result.Step));
        Assert.Equal(expected, again.Everything);
        Assert.Empty(again.Lines);
    }

    [Fact]
    public void A_finished_run_can_go_on_for_more_epochs()
    {
        var whole = new SmallTask(3, ownGenerator: true);
        whole.Trainer.Fit();
        long[] expected = whole.Everything;

        var two = new SmallTask(3, ownGenerator: true);
        new Trainer(two.Model, two.Optimizer, two.Loader, new TrainerOptions { Epochs = 2, CheckpointPath = Path }).Fit();
        var last = new SmallTask(4, ownGenerator: true);
        last.Trainer.Resume(Checkpoint.Load(Path));
        last.Trainer.Fit();
        Assert.Equal(expected, last.Everything);
    }
}
