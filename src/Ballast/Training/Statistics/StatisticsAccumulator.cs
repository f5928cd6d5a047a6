namespace Ballast;

/// <summary>Gathers the statistics of one layer's batches in double.</summary>
sealed class StatisticsAccumulator : IStatisticsObserver
{
    readonly double[] mean;

    // Mean of the batches' unbiased variances; for the population the sum of all squared deviations from its mean.
    readonly double[] spread;
    readonly StatisticsEstimate estimate;

    public StatisticsAccumulator(int channels, StatisticsEstimate estimate)
    {
        mean = new double[channels];
        spread = new double[channels];
        this.estimate = estimate;
    }

    /// <summary>How many batches were counted.</summary>
    public long Batches { get; private set; }

    /// <summary>How many values of each channel there were.</summary>
    public long Values { get; private set; }

    /// <inheritdoc/>
    /// <remarks>A batch in which the mean or the variance of a channel is not finite is not counted, as in training.</remarks>
    public void Observe(ReadOnlySpan<double> statistics, int count)
    {
        foreach (double value in statistics[..(2 * mean.Length)])
        {
            if (!double.IsFinite(value))
                return;
        }

        Batches++;
        bool population = estimate == StatisticsEstimate.Population;
        double before = Values, total = before + count;
        double weight = population ? count / total : 1.0 / Batches;
        double unbiased = (double)count / (count - 1);
        for (int c = 0; c < mean.Length; c++)
        {
            double difference = statistics[c] - mean[c], variance = statistics[mean.Length + c];
            mean[c] += difference * weight;
            // Within the batch, and between it and those before: the law of total variance.
            spread[c] += population
                ? variance * count + difference * difference * before * weight
                : (variance * unbiased - spread[c]) * weight;
        }

        Values += count;
    }

    /// <summary>Writes the mean and the unbiased variance of what was gathered as one population: [2, C].</summary>
    public void CopyTo(Span<double> statistics)
    {
        mean.CopyTo(statistics);
        for (int c = 0; c < spread.Length; c++)
            statistics[mean.Length + c] = spread[c] / (Values - 1);
    }

    /// <summary>Puts what was gathered into the layer.</summary>
    public void Write(IRunningStatistics layer)
    {
        if (estimate == StatisticsEstimate.Population)
        {
            for (int c = 0; c < spread.Length; c++)
                spread[c] /= Values - 1;
        }

        layer.SetRunning(mean, spread, Batches);
    }
}
