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

        Assert.Equal(18, met);
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
        Assert.Equal((0.05f, 0.25f, null), (sgd.LearningRate, own.LearningRate, other.LearningRate));
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

    [Fact]
    public void What_cannot_work_is_refused()
    {
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        Assert.Equal("OneCycleSchedule: the schedule changes the momentum, and the SGD has none. Give it one, or leave the momentum alone with cycleMomentum: false.",
            Message(() => _ = new LearningRateScheduler(new SGD([Draw.Weights([1], 1)], 0.1f), new OneCycleSchedule(5))));
        Assert.Equal("MultiStepSchedule: expected growing milestones from 1 on, got 3, 3.", Message(() => _ = new MultiStepSchedule([3, 3])));
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
