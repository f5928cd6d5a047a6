namespace Ballast.Lab;

/// <summary>What somebody else got from the same training: a row of the report's table, and if the single lines are
/// known, a pair of thin curves beside ours.</summary>
public sealed record PublishedResult
{
    /// <summary>Who: <c>PyTorch 1.13.1, seed 42</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The epoch the losses belong to, counted from 1, which is also the last one before the test.</summary>
    public required int Epoch { get; init; }

    /// <summary>Mean training loss of that epoch with batch normalization.</summary>
    public double? LossWith { get; init; }

    /// <summary>Mean training loss of that epoch without batch normalization.</summary>
    public double? LossWithout { get; init; }

    /// <summary>Loss on the test images with batch normalization.</summary>
    public double? TestLossWith { get; init; }

    /// <summary>Loss on the test images without batch normalization.</summary>
    public double? TestLossWithout { get; init; }

    /// <summary>Share of the test images classified correctly with batch normalization, 0 to 1.</summary>
    public double? AccuracyWith { get; init; }

    /// <summary>Share of the test images classified correctly without batch normalization, 0 to 1.</summary>
    public double? AccuracyWithout { get; init; }

    /// <summary>The epoch's lines with batch normalization, one for each <see cref="ComparisonReport.LogEvery"/>
    /// mini-batches; empty if not known.</summary>
    public IReadOnlyList<double> LinesWith { get; init; } = [];

    /// <summary>The epoch's lines without batch normalization; empty if not known.</summary>
    public IReadOnlyList<double> LinesWithout { get; init; } = [];
}
