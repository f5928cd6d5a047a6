using System.Globalization;

namespace Ballast.Tests;

/// <summary>Numbers in messages and texts are written the same whatever the culture of the caller.</summary>
public class CultureTests
{
    // What culture writes numbers so that they cannot be taken for invariant ones.
    static void Abroad(Action action)
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "~";
        culture.NumberFormat.NaNSymbol = "keine Zahl";
        CultureInfo.CurrentCulture = culture;
        try
        {
            action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    static Parameter[] Weights => [new Parameter(Tensor.Ones([2]))];

    public static TheoryData<string> Refusals => [.. Refused.Keys];

    static readonly Dictionary<string, Action> Refused = new()
    {
        ["got 1.5, -0.5."] = static () => _ = new CrossEntropyLoss(weight: [1.5f, -0.5f]),
        ["from 0 to 1, got -0.5."] = static () => _ = new CrossEntropyLoss(labelSmoothing: -0.5),
        ["got -1.5."] = static () => _ = new BCEWithLogitsLoss(posWeight: [-1.5f]),
        ["got 0.5, NaN."] = static () => _ = new Cutout(3, [0.5f, float.NaN]),
        ["learning rate of 0 or more, got -0.25."] = static () => _ = new SGD(Weights, -0.25f),
        ["weight decay of 0 or more, got -0.25."] = static () => _ = new Adam(Weights, weightDecay: -0.25),
        ["not including, 1, got 1.5."] = static () => _ = new Adam(Weights, beta1: 1.5),
        ["of 0 or more, got -1.5."] = static () => _ = new BatchNorm1d(3, eps: -1.5),
        ["from 0 to 1, got 1.5."] = static () => _ = new Dropout(1.5),
        ["axis 0 has the size -2"] = static () => Tensor.Zeros([-2]),
        ["a largest norm above 0, got -0.5."] = static () => GradientClipping.ClipNorm(Weights, -0.5),
        ["from 0 on, got -3 at [0]."] = static () => new CrossEntropyLoss().Forward(Tensor.Ones([1, 2]), Tensor.FromInt64(-3)),
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_message_has_invariant_numbers(string part) => Abroad(() =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(Refused[part]).Message, StringComparison.Ordinal));

    [Fact]
    public void A_record_writes_invariant_numbers() => Abroad(static () =>
    {
        Assert.Equal("Evaluation { Loss = 0.5, Accuracy = 0.25, Count = 3 }", new Evaluation(0.5, 0.25, 3).ToString());
        Assert.Equal("Prediction { Label = 1, Probability = 0.5 }", new Prediction(1, 0.5f).ToString());
        Assert.Equal(
            "TrainingLine { Epoch = 1, Batch = 2, Step = 3, Loss = -0.5, Accuracy = 0.25 }", new TrainingLine(1, 2, 3, -0.5, 0.25).ToString());
        Assert.Equal(
            "TrainingProgress { Step = 1, Steps = 2, SamplesPerSecond = 0.5, Remaining = 00:00:01.5000000 }",
            new TrainingProgress(1, 2, 0.5, TimeSpan.FromSeconds(1.5)).ToString());
        Assert.Equal(
            "TrainingResult { Completed = True, Step = 1, Elapsed = 00:00:01.5000000, SamplesPerSecond = 0.5, StoppedEarly = False }",
            new TrainingResult(true, 1, TimeSpan.FromSeconds(1.5), 0.5).ToString());
        Assert.Equal("GradientClipping { MaxNorm = 0.5, MaxValue = , NonFinite = Error, NormType = 2 }", new GradientClipping(0.5).ToString());
        Assert.Equal(
            "RenormSchedule { RMax = 1.5, DMax = 0.5, Start = 0, RMaxReached = 0, DMaxReached = 0 }", RenormSchedule.Constant(1.5, 0.5).ToString());
        Assert.Contains("MinDelta = 0.5", new ValidationOptions(SmallTask.Dataset(4)) { MinDelta = 0.5 }.ToString(), StringComparison.Ordinal);
        Assert.Contains(
            "Result = Evaluation { Loss = 0.5,", new ValidationLine(1, 2, new Evaluation(0.5, 0.25, 3), true).ToString(), StringComparison.Ordinal);
    });
}
