namespace Ballast.StrangerTests;

public class OwnScheduleTests
{
    [Fact]
    public void A_plateau_lowers_the_rate_of_every_group_from_the_next_step_on()
    {
        Parameter a = new(Tensor.Ones([1])), b = new(Tensor.Ones([1]));
        var optimizer = new SGD([new ParameterGroup([a]), new ParameterGroup([b]) { LearningRate = 4 }], 2);
        var schedule = new PlateauSchedule(0.5, patience: 1);
        var scheduler = new LearningRateScheduler(optimizer, schedule);
        List<double> rates = [];
        foreach (double loss in (double[])[3, 2, 2, 2.5, 1.5, 1.6, 1.7])
        {
            schedule.AfterValidation(loss, 0);
            scheduler.Set(0);
            rates.Add(optimizer.LearningRate);
            Assert.Equal(2 * optimizer.LearningRate, optimizer.Groups[1].LearningRate);
        }

        Assert.Equal([2, 2, 2, 1, 1, 1, 0.5], rates);
    }

    [Fact]
    public void A_climb_before_it_and_a_count_of_epochs_hand_on_what_it_is_told_and_keeps()
    {
        LearningRateSchedule schedule = new WarmUpSchedule(2, new PlateauSchedule(0.5, patience: 0)).PerEpoch(10);
        schedule.AfterValidation(1, 0);
        schedule.AfterValidation(2, 0);
        Assert.Equal(0.5, schedule.Factor(20));
        LearningRateSchedule later = new WarmUpSchedule(2, new PlateauSchedule(0.5, patience: 0)).PerEpoch(10);
        later.LoadState(schedule.SaveState());
        Assert.Equal(0.5, later.Factor(20));
        Assert.Equal(1, later.SaveState()["best"]);
    }

    [Fact]
    public void A_checkpoint_without_what_it_remembers_is_refused_and_nothing_changes()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, path = Path.Combine(folder, "checkpoint.safetensors");
        try
        {
            var without = new OwnRun(1, path, schedule: new ConstantSchedule());
            without.Trainer.Fit();
            var run = new OwnRun(2, path);
            long[] before = run.Bits();
            Assert.Equal(
                "Trainer: the PlateauSchedule remembers best, scale, waited, the checkpoint has nothing. "
                + "Resume with the schedule that the run was trained with.",
                Assert.Throws<ArgumentException>(() => run.Trainer.Resume(Checkpoint.Load(path))).Message);
            Assert.Equal(before, run.Bits());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
