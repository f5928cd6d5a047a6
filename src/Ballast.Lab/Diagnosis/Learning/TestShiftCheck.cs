namespace Ballast.Lab;

/// <summary>Test data whose values are distributed otherwise than training's.</summary>
sealed class TestShiftCheck : DoctorCheck
{
    const double Offset = 0.25, Ratio = 1.25;

    public override string Name => "test-unlike-training";

    public override string Reference => "Hendrycks and Dietterich 2019 (arXiv 1903.12261); Schneider et al. 2020";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches
        : examination.TestData is null ? "It needs test data." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var (train, test) = (examination.Data!, examination.TestData!);
        double offset = (test.Mean - train.Mean) / Math.Max(train.Deviation, 1e-12);
        double deviation = test.Deviation / Math.Max(train.Deviation, 1e-12);
        double roughness = train.Roughness > 0 ? test.Roughness / train.Roughness : 1;
        string[] ways =
        [
            .. Math.Abs(offset) > Offset
                ? [$"the mean is {Number(Math.Abs(offset))} standard deviations {(offset > 0 ? "higher" : "lower")}"] : (string[])[],
            .. Apart(deviation) ? [$"the spread is {Number(deviation)} times training's"] : (string[])[],
            .. Apart(roughness) ? [$"neighbouring values differ {Number(roughness)} times as much"] : (string[])[],
        ];
        if (ways.Length == 0)
            yield break;
        yield return Found(Severity.Warning, Confidence.Likely, "",
            $"The test data are unlike the training data: {string.Join(", ", ways)}. Running statistics and weights are made for the training data.",
            "Treat both alike: the same scaling, colours, cropping and blur. If the test data have to be as they "
                + "are, train with such changes, or normalize by their own statistics (ballast evaluate --statistics test).",
            ("mean_offset", offset), ("spread_ratio", deviation), ("roughness_ratio", roughness),
            ("accuracy_on_training_data", examination.Measured!.EvaluationAccuracy),
            ("accuracy_on_test_data", examination.TestAccuracy?.Accuracy ?? double.NaN));
    }

    static bool Apart(double ratio) => ratio > Ratio || ratio < 1 / Ratio;

    static string Number(double value) => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
}
