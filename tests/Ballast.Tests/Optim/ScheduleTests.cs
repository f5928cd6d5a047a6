using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Learning-rate schedules against PyTorch's schedulers: schedules.json.</summary>
public class ScheduleTests
{
    static LearningRateSchedule Make(JsonElement recorded)
    {
        double Number(string name, double otherwise = 0) => recorded.Find(name)?.GetDouble() ?? otherwise;
        long Steps() => recorded.GetProperty("steps").GetInt64();
        return recorded.GetProperty("schedule").GetString() switch
        {
            "step" => new StepSchedule((long)Number("every"), Number("gamma")),
            "multistep" => new MultiStepSchedule(recorded.GetProperty("milestones").Longs(), Number("gamma")),
            "exponential" => new ExponentialSchedule(Number("gamma")),
            "constant" => new ConstantSchedule(Number("factor"), Steps()),
            "linear" => new LinearSchedule(Steps(), Number("start"), Number("end")),
            "cosine" => new CosineSchedule(Steps(), Number("minimum")),
            "piecewise" => new PiecewiseLinearSchedule(
                [.. recorded.GetProperty("points").Longs().Zip(recorded.GetProperty("factors").Doubles())]),
            "restarts" => new CosineRestartSchedule(Steps(), (long)Number("growth"), Number("minimum")),
            "cyclic" => new CyclicSchedule(
                (long)Number("up"), Number("minimum"), (long?)recorded.Find("down")?.GetInt64(), recorded.GetProperty("height").GetString() switch
                {
                    "triangular" => CycleHeight.Same,
                    "triangular2" => CycleHeight.Halved,
                    _ => CycleHeight.Falling,
                },
                Number("gamma"), recorded.GetProperty("cycle").GetBoolean()),
            "polynomial" => new PolynomialSchedule(Steps(), Number("power")),
            "lambda" => new LambdaSchedule(static i => 1.0 / (1 + i)),
            "multiplicative" => new MultiplicativeSchedule(static i => 0.5 + 0.5 / i),
            "sequential" => new SequentialSchedule(
                [new ConstantSchedule(0.1, 40), new ExponentialSchedule(0.9), new StepSchedule(3, 0.5)], [5, 20]),
            "chained" => new ChainedSchedule(new ConstantSchedule(0.1, 4), new ExponentialSchedule(0.9), new StepSchedule(6, 0.5)),
            "warmup" => new WarmUpSchedule((long)Number("warmup"), new CosineSchedule(Steps())),
            _ => new OneCycleSchedule(
                Steps(), Number("rise"), recorded.GetProperty("annealing").GetString() == "cos" ? Annealing.Cosine : Annealing.StraightLine,
                recorded.GetProperty("cycle").GetBoolean(), divFactor: Number("div", 25), finalDivFactor: Number("final_div", 1e4),
                threePhase: recorded.GetProperty("three_phase").GetBoolean()),
        };
    }

    [Fact]
    public void Every_step_has_PyTorchs_rate_and_momentum()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("schedules.json").GetProperty("cases").EnumerateArray())
        {
            var schedule = Make(recorded);
            double rate = recorded.GetProperty("lr").GetDouble();
            double[] rates = recorded.GetProperty("rates").Doubles(), momenta = recorded.GetProperty("momenta").Doubles();
            // Backwards: a schedule remembers nothing.
            for (int step = rates.Length - 1; step >= 0; step--)
            {
                // PyTorch multiplies its way from step to step and gathers forty roundings.
                Assert.Equal(rates[step], rate * schedule.Factor(step), 1e-14);
                Assert.Equal(momenta[step], schedule.Momentum(step) ?? 0.9, 1e-14);
            }

            met++;
        }

        Assert.Equal(34, met);
    }

    [Fact]
    public void A_plateau_lowers_the_rate_as_PyTorch_does_and_goes_on_from_its_state()
    {
        var recorded = Golden.Load("schedules.json");
        double[] metrics = recorded.GetProperty("metrics").Doubles();
        foreach (var plateau in recorded.GetProperty("plateaus").EnumerateArray())
        {
            double Number(string name, double otherwise) => plateau.Find(name)?.GetDouble() ?? otherwise;
            bool higher = plateau.Find("mode")?.GetString() == "max";
            PlateauSchedule Make() => new(
                higher ? PlateauMode.HigherAccuracy : PlateauMode.LowerLoss, Number("factor", 0.1), (int)Number("patience", 10), Number("threshold", 1e-4),
                plateau.Find("threshold_mode") is not null, (int)Number("cooldown", 0), Number("min_lr", 0) / 0.1, Number("eps", 1e-8) / 0.1);
            var schedule = Make();
            double[] rates = plateau.GetProperty("rates").Doubles();
            for (int i = 0; i < metrics.Length; i++)
            {
                schedule.AfterValidation(higher ? double.NaN : metrics[i], higher ? metrics[i] : double.NaN);
                Assert.Equal(rates[i], 0.1 * schedule.Factor(i), 1e-12);
                var other = Make();
                other.LoadState(schedule.SaveState());
                schedule = other;
            }
        }
    }

    [Fact]
    public void Schedules_of_schedules_keep_the_states_of_their_parts()
    {
        ChainedSchedule Make() => new(
            new SequentialSchedule([new ConstantSchedule(), new PlateauSchedule(factor: 0.5, patience: 0)], [3]), new PlateauSchedule(patience: 1),
            new OneCycleSchedule(9));
        var schedule = Make();
        for (int i = 0; i < 3; i++)
            schedule.AfterValidation(1, 0);
        var other = Make();
        other.LoadState(schedule.SaveState());
        Assert.Equal((0.25 * 0.1 * new OneCycleSchedule(9).Factor(4), 0.1 * new OneCycleSchedule(9).Factor(2)), (other.Factor(4), other.Factor(2)));
        Assert.Equal(schedule.SaveState(), other.SaveState());
        Assert.Equal(new OneCycleSchedule(9).Momentum(4), other.Momentum(4));
        Assert.Equal(9, other.MinimumSteps);
    }

    [Fact]
    public void After_its_end_a_schedule_stays()
    {
        LearningRateSchedule[] schedules =
        [
            new CosineSchedule(10, 0.1), new LinearSchedule(10, 1, 0.1), new OneCycleSchedule(10, divFactor: 2, finalDivFactor: 5),
            new PiecewiseLinearSchedule((0, 1), (10, 0.1)), new WarmUpSchedule(4, new CosineSchedule(6, 0.1)),
        ];
        foreach (var schedule in schedules)
        {
            Assert.Equal(10, schedule.MinimumSteps);
            Assert.Equal(0.1, schedule.Factor(10), 1e-12);
            Assert.Equal(0.1, schedule.Factor(long.MaxValue / 2), 1e-12);
        }
    }

    [Fact]
    public void Per_epoch_it_changes_between_epochs()
    {
        var schedule = new StepSchedule(2, 0.5).PerEpoch(3);
        Assert.Equal([1, 1, 1, 1, 1, 1, 0.5, 0.5], Enumerable.Range(0, 8).Select(step => schedule.Factor(step)));
        Assert.Equal(9, schedule.MinimumSteps);
        Assert.Equal(0.95, new OneCycleSchedule(4).PerEpoch(3).Momentum(2));
    }

    [Fact]
    public void An_optimizer_and_its_groups_get_the_rates()
    {
        ParameterGroup own = new([Draw.Weights([2], 1)]) { LearningRate = 0.5f }, other = new([Draw.Weights([2], 2)]);
        var sgd = new SGD([own, other], 0.1f, momentum: 0.9f);
        var scheduler = new LearningRateScheduler(sgd, new StepSchedule(1, 0.5));
        scheduler.Set(2);
        scheduler.Set(1); // of the rates at the beginning, not of those before
        Assert.Equal((0.05f, 0.25f, null), ((float)sgd.LearningRate, (float?)own.LearningRate, other.LearningRate));
    }

    [Fact]
    public void The_momentum_that_is_set_is_used()
    {
        float[] Run(float momentum, double? set)
        {
            var w = new Parameter(Tensor.Ones([3]));
            var sgd = new SGD([w], 0.1f, momentum);
            for (int i = 0; i < 3; i++)
            {
                if (set is { } value)
                    sgd.SetMomentum(value);
                sgd.ZeroGrad();
                (w * w).Sum().Backward();
                sgd.Step();
            }

            return w.ToArray();
        }

        Assert.Equal(Run(0.5f, null), Run(0.9f, 0.5));
        Assert.NotEqual(Run(0.9f, null), Run(0.9f, 0.5));
    }

    // torch 1.13.1: MultiStepLR(o, [3, 3, 5], 0.5) of the rate 1.
    [Fact]
    public void A_milestone_that_is_given_twice_counts_twice()
    {
        var schedule = new MultiStepSchedule([3, 3, 5], 0.5);
        Assert.Equal([1, 1, 1, 0.25, 0.25, 0.125, 0.125], Enumerable.Range(0, 7).Select(step => schedule.Factor(step)));
    }

    [Fact]
    public void What_cannot_work_is_refused()
    {
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        Assert.Equal("OneCycleSchedule: the schedule changes the momentum, and the SGD has none. Give it one, or leave the momentum alone with cycleMomentum: false.",
            Message(() => _ = new LearningRateScheduler(new SGD([Draw.Weights([1], 1)], 0.1f), new OneCycleSchedule(5))));
        Assert.Equal("SequentialSchedule: expected 1 growing milestones from 1 on for 2 schedules, got none.",
            Message(() => _ = new SequentialSchedule([new ConstantSchedule(), new ConstantSchedule()], [])));
        Assert.Equal("ChainedSchedule: expected at least one schedule, got none.", Message(() => _ = new ChainedSchedule([])));
        Assert.Equal("PlateauSchedule: expected a factor from 0 up to, not including, 1, got 1.", Message(() => _ = new PlateauSchedule(factor: 1)));
        Assert.Equal("LambdaSchedule: expected a factor for step 3 of 0 or more, got -1.", Message(() => _ = new LambdaSchedule(static _ => -1).Factor(3)));
        Assert.Equal("CosineRestartSchedule: expected a growth of 1 or more, got 0.", Message(() => _ = new CosineRestartSchedule(3, 0)));
        Assert.Equal("MultiStepSchedule: expected milestones from 1 on, in order, got 3, 2.", Message(() => _ = new MultiStepSchedule([3, 2])));
        Assert.Equal("StepSchedule: expected at least 1 step, got 0.", Message(() => _ = new StepSchedule(0)));
        Assert.Equal("ExponentialSchedule: expected a gamma of 0 or more, got -1.", Message(() => _ = new ExponentialSchedule(-1)));
        Assert.Equal("CosineSchedule: expected a minimum of 0 or more, got NaN.", Message(() => _ = new CosineSchedule(5, double.NaN)));
        Assert.Equal("OneCycleSchedule: expected a share of rising steps from 0 to 1, got 2.", Message(() => _ = new OneCycleSchedule(5, 2)));
        Assert.Equal("PiecewiseLinearSchedule: expected points at growing steps from 0 on, got 3, 1.",
            Message(() => _ = new PiecewiseLinearSchedule((3, 1), (1, 1))));
        Assert.Equal("LearningRateSchedule.PerEpoch: expected an epoch of at least 1 step, got 0.",
            Message(() => _ = new StepSchedule(1).PerEpoch(0)));
    }
}
