using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>What is said of made-up measurements, and what is not.</summary>
public class StudyAnswerTests
{
    static readonly double[] Spread = [-0.002, -0.001, 0, 0.001, 0.002], Other = [0.001, -0.002, 0.002, -0.001, 0];

    static StudyResult Result(
        StudyAnswerKind kind, StudyComparison[] pairs, Func<string, int, TrialResult> trial, params (string Name, string? Group, double? Factor)[] arms)
    {
        var settings = SampleStudy.Settings(SampleStudy.Options);
        var definition = new StudyDefinition
        {
            Study = "made-up",
            Title = "Made up",
            Question = "?",
            Arms = [.. arms.Select(arm => new StudyArm(arm.Name, $"with {arm.Name}", settings, Group: arm.Group, Factor: arm.Factor))],
            Seeds = StudyOptions.FirstSeeds(5),
            Measures = [StudyParts.Accuracy, StudyParts.TestLoss],
            Answer = kind,
            Comparisons = pairs,
            Plots = [StudyParts.AccuracyForest, StudyParts.AccuracyDots, new(PlotKind.Factor, "accuracy", "By size", "batch size")],
            Expectations = pairs.Length == 0 ? [] : [new("It is better", "accuracy", pairs[0].A, pairs[0].B)],
        };
        definition.Check();
        var record = new StudyRecord(definition, Machine.Describe("ballast study", []), 200, 10_000, false, Samples, 0.1);
        var trials = from arm in definition.Arms
                     from i in Enumerable.Range(0, 5)
                     select trial(arm.Name, i) with { Arm = arm.Name, Seed = definition.Seeds[i] };
        return new StudyResult(record, [.. trials]);
    }

    static RunSamples Samples => RunSamples.Of(SampleStudy.Data.Train);

    static TrialResult Ended(double accuracy) => new() { Values = new Dictionary<string, double> { ["accuracy"] = accuracy, ["testLoss"] = 3 - accuracy } };

    static string Said(StudyResult result)
    {
        string page = StudyPage.Render(result);
        Assert.DoesNotContain("NaN", PageText.Seen(page), StringComparison.Ordinal);
        return StudySummary.Of(result).Answer;
    }

    [Fact]
    public void A_network_at_chance_leaves_no_conclusion()
    {
        var result = Result(StudyAnswerKind.Difference, [new("a", "b")], (arm, i) => Ended(arm == "a" ? 0.4 + Spread[i] : 0.1 + Other[i]), ("a", null, null), ("b", null, null));
        Assert.Equal("With a the test accuracy is 40.0 %, with b 10.0 %. No conclusion is drawn: b stayed at chance in 5 of 5 trainings.", Said(result));
        Assert.Equal(ExpectationOutcome.NoConclusion, result.Outcome(result.Definition.Expectations[0]));
        var summary = StudySummary.Of(result);
        Assert.Equal((false, "b stayed at chance in 5 of 5 trainings"), (summary.Comparisons[0].Different, summary.Comparisons[0].Obstacle));
        Assert.Equal(5, summary.Measurements.Single(static entry => entry is { Arm: "b", Measure: "accuracy" }).Condition.AtChance);
        Assert.Contains("always naming the commonest class, 10.0 %. The network did not learn at these settings", PageText.Seen(StudyPage.Render(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void Chance_is_three_standard_errors_above_the_commonest_class()
    {
        Assert.Equal(0.109, ArmCondition.ChanceLimit(0.1, 10_000), 1e-12);
        var images = new RandomImages(100, 13);
        Assert.Equal(Enumerable.Range(0, 100).GroupBy(images.Label).Max(static group => group.Count()) / 100.0, ArmCondition.Chance(images), 1e-12);
        var above = Result(StudyAnswerKind.Difference, [new("a", "b")], (arm, i) => Ended((arm == "a" ? 0.4 : 0.1105) + Spread[i]), ("a", null, null), ("b", null, null));
        Assert.Equal(1, ArmCondition.Of(above, above.Definition.Arm("b"), above.Definition.Primary).AtChance);
        Assert.Equal(ExpectationOutcome.Reproduced, above.Outcome(above.Definition.Expectations[0]));
    }

    [Fact]
    public void Two_networks_at_the_ceiling_and_one_that_diverged_leave_no_conclusion()
    {
        var ceiling = Result(StudyAnswerKind.Difference, [new("a", "b")], (arm, i) => Ended(arm == "a" ? 1 : 0.9995), ("a", null, null), ("b", null, null));
        Assert.Equal("With a the test accuracy is 100.0 %, with b 100.0 %. No conclusion is drawn: a and b are both at the ceiling, where no difference is left to see.", Said(ceiling));
        var one = Result(StudyAnswerKind.Difference, [new("a", "b")], (arm, i) => Ended(arm == "a" ? 1 : 0.9 + Spread[i]), ("a", null, null), ("b", null, null));
        Assert.Contains("a difference of +10.0 points, with 95 % confidence between +9.8 and +10.2.", Said(one), StringComparison.Ordinal);
        var diverged = Result(
            StudyAnswerKind.Difference, [new("a", "b")], (arm, i) => arm == "b" && i == 3 ? new TrialResult { DivergedAt = 17 } : Ended((arm == "a" ? 0.4 : 0.3) + Spread[i]),
            ("a", null, null), ("b", null, null));
        Assert.Equal("With a the test accuracy is 40.0 %, with b 30.0 %. No conclusion is drawn: 1 of 5 trainings of b diverged.", Said(diverged));
    }

    [Fact]
    public void A_ranking_names_the_best_those_not_told_apart_from_it_and_the_worse()
    {
        double[] noisy = [-0.05, 0.04, 0.03, -0.06, 0.05];
        StudyComparison[] pairs = [new("a", "b"), new("a", "c"), new("a", "d"), new("b", "c"), new("b", "d"), new("c", "d")];
        var result = Result(
            StudyAnswerKind.Ranking, pairs,
            (arm, i) => Ended(arm switch { "a" => 0.40 + Spread[i], "b" => 0.48 + Other[i], "c" => 0.475 + noisy[i], _ => 0.1 + Other[i] }),
            ("a", null, null), ("b", null, null), ("c", null, null), ("d", null, null));
        Assert.Equal(
            "Best by test accuracy: b 48.0 %; not told apart from it: c 47.7 %. Worse than b: a 40.0 %. Nothing is concluded of d: it stayed at chance in 5 of 5 trainings.",
            Said(result));
        Assert.Equal([("b", "a"), ("c", "ab"), ("a", "b"), ("d", "ab")], StudySummary.Of(result).Ranks.Select(static rank => (rank.Arm, rank.Groups)));
    }

    [Fact]
    public void Groups_are_those_of_insert_and_absorb()
    {
        // 0 and 1 differ from 3, 0 differs from 2: {0, 1}, {1, 2}, {2, 3}.
        var groups = Ranking.Groups(4, static (i, k) => (i, k) is (0, 2) or (0, 3) or (1, 3));
        Assert.Equal(["0,1", "1,2", "2,3"], groups.Select(static group => string.Join(',', group.Order())));
        Assert.Equal(["0,1,2"], Ranking.Groups(3, static (_, _) => false).Select(static group => string.Join(',', group.Order())));
        Assert.Equal(["0", "1", "2"], Ranking.Groups(3, static (_, _) => true).Select(static group => string.Join(',', group.Order())));
    }

    [Fact]
    public void A_factor_is_answered_over_all_its_values()
    {
        double Accuracy(string arm, int i) => arm switch
        {
            "batch-2" => 0.30 + Spread[i],
            "batch-16" => 0.47 + Spread[i],
            "group-16" => 0.40 + Other[i],
            "batch-64" => 0.405 + Spread[i],
            _ => 0.405 + Other[i],
        };
        var result = Result(
            StudyAnswerKind.Factor, [new("batch-2", "group-2"), new("batch-16", "group-16"), new("batch-64", "group-64")], (arm, i) => Ended(Accuracy(arm, i)),
            ("batch-2", "batch", 2), ("group-2", "group", 2), ("batch-16", "batch", 16), ("group-16", "group", 16), ("batch-64", "batch", 64), ("group-64", "group", 64));
        Assert.Equal(
            "Batch is better than group at batch size 16 (by 7.0 points); group is better than batch at batch size 2 (by 10.5 points); they are not told apart at batch size 64. From batch size 16 on, batch is nowhere worse than group.",
            Said(result));
    }

    [Fact]
    public void A_training_that_never_arrives_counts_with_the_whole_training()
    {
        var definition = SampleStudy.Define("learning-rate", SampleStudy.Options with { Seeds = StudyOptions.FirstSeeds(5), Factors = [1, 5] });
        var record = new StudyRecord(definition, Machine.Describe("ballast study", []), 200, 10_000, false, Samples, 0.1);
        TrialResult Trial(StudyArm arm, int i)
        {
            double[] accuracies = arm.Name switch
            {
                "without-x1" => [0.2, 0.3, 0.40 + Spread[i]],
                "with-x5" => i < 3 ? [0.41, 0.5, 0.5] : [0.2, 0.2, 0.2],
                _ => [0.2, 0.45, 0.5],
            };
            return Ended(accuracies[^1]) with { Arm = arm.Name, Seed = definition.Seeds[i], Curves = [new("accuracy", [100, 200, 300], accuracies)] };
        }

        var result = new StudyResult(record, [.. from arm in definition.Arms from i in Enumerable.Range(0, 5) select Trial(arm, i)]);
        var steps = definition.Primary;
        Assert.Equal([100.0, 100, 100, 300, 300], result.Of(definition.Arm("with-x5")).Select(trial => result.Counted(trial, steps)!.Value));
        Assert.Equal(2, result.Of(definition.Arm("with-x5")).Count(trial => result.Value(trial, steps) is null));
        Assert.Equal([-200.0, -200, -200, 0, 0], result.Differences("with-x5", "without-x1", steps));
        string said = Said(result);
        Assert.Contains("180 (3 of 5 arrived), without it at 1 times the learning rate 300", said, StringComparison.Ordinal);
        Assert.Contains("2 of 5 trainings never arrived. Each counts with 300 mini-batches", PageText.Seen(StudyPage.Render(result)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_familys_pairs_are_counted_once_whichever_way_round()
    {
        var definition = SampleStudy.Define("placement");
        Assert.Equal(["before-none", "after-none", "before-after"], definition.Family(definition.Primary).Select(static pair => $"{pair.A}-{pair.B}"));
        Assert.Empty(definition.Family(definition.Measure("testLoss")));
        var rates = SampleStudy.Define("learning-rate");
        Assert.Equal(["with-stress-without-stress"], rates.Family(rates.Measure("limit")).Select(static pair => $"{pair.A}-{pair.B}"));
    }

    [Theory]
    [InlineData(0.0497, "0.0497")]
    [InlineData(0.049999, "0.0499")]
    [InlineData(0.05, "0.050")]
    [InlineData(0.0123, "0.012")]
    [InlineData(0.00004, "< 0.0001")]
    public void No_p_is_rounded_across_its_border(double p, string text) => Assert.Equal(text, PairedTest.Text(p));

    [Theory]
    [InlineData(0.0003, 0.024, "+0.03 to +2.4")]
    [InlineData(-0.024, -0.00002, "−2.4 to −0.002")]
    [InlineData(-0.0003, 0.024, "0.0 to +2.4")]
    [InlineData(0.012, 0.024, "+1.2 to +2.4")]
    public void No_interval_on_one_side_of_0_is_rounded_to_it(double low, double high, string text) =>
        Assert.Equal(text, StudyParts.Accuracy.IntervalText(low, high));

    [Fact]
    public void What_was_measured_once_is_not_called_tested()
    {
        var all = Result(StudyAnswerKind.Difference, [new("a", "b")], (arm, i) => Ended((arm == "a" ? 0.4 : 0.3) + Spread[i]), ("a", null, null), ("b", null, null));
        var once = new StudyResult(all.Record, [.. all.Trials.Where(trial => trial.Seed == 42)]);
        Assert.Equal("same direction, measured once", once.InWords(once.Definition.Expectations[0]));
        Assert.Equal("reproduced", all.InWords(all.Definition.Expectations[0]));
        Assert.Contains("an interval needs two repetitions or more", PageText.Seen(StudyPage.Render(once)), StringComparison.Ordinal);
    }
}
