namespace Ballast;

/// <summary>How much each column of a table matters to a network: permutation importance (Breiman 2001), as scikit-learn's
/// <c>permutation_importance</c> has it.</summary>
public static class TableImportance
{
    const int MostRows = 2000;

    /// <summary>By how much R2, the accuracy or of labels the area under the curve falls when the values of a column change places among rows,
    /// the most important column first. A column's missing values go with it. Of many rows the first 2,000 are taken.</summary>
    /// <param name="network">The network, in evaluation mode for as long as this runs.</param>
    /// <param name="data">The table.</param>
    /// <param name="rows">Rows that it was not trained on.</param>
    /// <param name="repeats">How many times values change places.</param>
    /// <param name="seed">The seed of where they go.</param>
    /// <param name="cancellation">Stops between two measurements.</param>
    /// <returns>For each column its name, the mean fall, and the standard deviation of it over the repetitions.</returns>
    /// <exception cref="ArgumentException">No rows, or fewer than one repetition.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<(string Column, double Drop, double Spread)> Of(
        Module network, TableDataset data, IReadOnlyList<int> rows, int repeats = 5, long seed = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (rows.Count == 0 || repeats < 1)
            throw new ArgumentException($"TableImportance: expected 1 row and 1 repetition or more, got {rows.Count} and {repeats}.");
        int[] taken = [.. rows.Take(MostRows)];
        float[] values = data.Inputs(taken).ToArray();
        var targets = data.Targets(taken);
        int width = data.Schema.Inputs;
        double whole = Measure(values);
        var generator = new Generator(seed);
        var found = new List<(string Column, double Drop, double Spread)>();
        foreach (var (column, first, count) in Places(data.Schema))
        {
            double[] drops = new double[repeats];
            for (int i = 0; i < repeats; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                float[] moved = [.. values];
                int[] order = generator.Permutation(taken.Length);
                for (int row = 0; row < order.Length; row++)
                    values.AsSpan(order[row] * width + first, count).CopyTo(moved.AsSpan(row * width + first));
                drops[i] = whole - Measure(moved);
            }

            double mean = drops.Average();
            found.Add((column, mean, Math.Sqrt(drops.Average(drop => (drop - mean) * (drop - mean)))));
        }

        return [.. found.OrderByDescending(static column => column.Drop)];

        double Measure(float[] inputs)
        {
            var metric = TableTraining.MetricOf(data.Schema.Task);
            var samples = new TensorDataset(Tensor.From(inputs, [taken.Length, width]), targets, data.Schema.ClassNames);
            Evaluation.Run(network, samples, new EvaluationOptions
            {
                Loss = TableTraining.LossOf(data.Schema.Task),
                Metrics = [metric],
                BatchSize = 1024,
            }, cancellation);
            return metric.Value;
        }
    }

    // Where the values of a column are in a row, and how many.
    static IEnumerable<(string Column, int First, int Count)> Places(TableSchema schema)
    {
        int at = 0;
        foreach (var column in schema.Columns.Where(static column => column.Kind != ColumnKind.Category).Concat(schema.Categorical))
        {
            int count = column.Kind != ColumnKind.Category && column.HasMissing ? 2 : 1;
            yield return (column.Name, at, count);
            at += count;
        }
    }
}
