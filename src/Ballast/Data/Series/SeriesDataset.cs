namespace Ballast;

/// <summary>Windows over a time series: a sample's input is <see cref="Window"/> rows of it, its target the <see cref="Horizon"/> rows behind
/// them.</summary>
/// <remarks>
/// <para>The window i begins at the row i * stride, for as long as its targets are in the series: (T - window - horizon) / stride + 1 of them,
/// rounded down. The input is [columns, window], as <see cref="Conv1d"/> and <see cref="BatchNorm1d"/> take it, and the target [targets,
/// horizon]; with <c>timeFirst</c> they are [window, columns], as an <see cref="LSTM"/> with <c>batchFirst</c> takes it, and [horizon,
/// targets]. PyTorch: <c>x[:-horizon].unfold(0, window, stride)</c> and <c>x[window:].unfold(0, horizon, stride)</c>, which are [N,
/// columns, window] and [N, columns, horizon].</para>
/// <para>What is trained on, validated and tested with is divided by <see cref="SplitByTime"/>: a random division puts rows that are
/// trained on into windows that are tested with.</para>
/// </remarks>
public sealed partial class SeriesDataset : Dataset
{
    readonly SeriesRows rows;
    readonly int[] starts, inputColumns, targetColumns;
    readonly bool timeFirst;

    /// <summary>Makes a dataset of a series, which is copied.</summary>
    /// <param name="series">The values, in the order of time: [T, columns], or [T] of one column.</param>
    /// <param name="window">How many rows the input has.</param>
    /// <param name="horizon">How many rows are predicted.</param>
    /// <param name="stride">How many rows a window begins behind the one before it.</param>
    /// <param name="targetColumns">The columns that are predicted, from 0; all where null.</param>
    /// <param name="inputColumns">The columns that are predicted from; all where null.</param>
    /// <param name="timeFirst">Whether time is the first axis of inputs and targets, and the columns the second.</param>
    /// <param name="skipMissing">Whether windows with a missing value (NaN) in their inputs or targets are left out; otherwise a series with
    /// one is refused.</param>
    /// <exception cref="ArgumentException">A series of another shape or type, with missing or infinite values in these columns, or too short
    /// for one window; sizes below 1; columns that there are not, or that are named twice.</exception>
    public SeriesDataset(
        Tensor series, int window, int horizon = 1, int stride = 1, IReadOnlyList<int>? targetColumns = null,
        IReadOnlyList<int>? inputColumns = null, bool timeFirst = false, bool skipMissing = false)
        : this(SeriesRows.Of(series), window, horizon, stride, targetColumns, inputColumns, timeFirst, skipMissing)
    {
    }

    /// <summary>Makes a dataset of a series of one column, which is copied.</summary>
    /// <param name="series">The values, in the order of time.</param>
    /// <param name="window">How many of them the input has.</param>
    /// <param name="horizon">How many are predicted.</param>
    /// <param name="stride">How many a window begins behind the one before it.</param>
    /// <param name="timeFirst">Whether time is the first axis of inputs and targets.</param>
    /// <param name="skipMissing">Whether windows with a missing value (NaN) are left out; otherwise a series with one is refused.</param>
    /// <exception cref="ArgumentException">A series with missing or infinite values, or too short for one window; sizes below 1.</exception>
    public SeriesDataset(float[] series, int window, int horizon = 1, int stride = 1, bool timeFirst = false, bool skipMissing = false)
        : this(SeriesRows.Of(series), window, horizon, stride, null, null, timeFirst, skipMissing)
    {
    }

    SeriesDataset(
        SeriesRows rows, int window, int horizon, int stride, IReadOnlyList<int>? targetColumns, IReadOnlyList<int>? inputColumns,
        bool timeFirst, bool skipMissing)
    {
        Throw.Unless(window > 0 && horizon > 0 && stride > 0,
            $"SeriesDataset: expected a window, a horizon and a stride of 1 or more, got {window}, {horizon} and {stride}.");
        Throw.Unless((long)window + horizon <= rows.Count,
            $"SeriesDataset: a window of {window} rows and a horizon of {horizon} need {(long)window + horizon} rows, the series has {rows.Count}. "
                + $"Take a shorter window or horizon.");
        this.rows = rows;
        (Window, Horizon, this.timeFirst) = (window, horizon, timeFirst);
        this.inputColumns = rows.Columns(inputColumns, "input");
        this.targetColumns = rows.Columns(targetColumns, "target");
        rows.CheckFinite(UsedColumns, skipMissing);
        int count = (rows.Count - window - horizon) / stride + 1;
        starts = skipMissing ? Whole(count, stride) : [.. Enumerable.Range(0, count).Select(i => i * stride)];
        SkippedWindows = count - starts.Length;
        Throw.Unless(starts.Length > 0,
            $"SeriesDataset: each of the {count} windows of {window} + {horizon} rows has a missing value. Fill them, or take a shorter window.");
        (SampleShape, TargetShape) = (Place(this.inputColumns.Length, window), Place(this.targetColumns.Length, horizon));
        Targets = [new SampleField("target", TargetShape)];
    }

    // Some of the windows, or the same ones on another scale.
    SeriesDataset(SeriesDataset whole, int[] starts, Standardization? standardization)
    {
        (rows, inputColumns, targetColumns, timeFirst) = (whole.rows, whole.inputColumns, whole.targetColumns, whole.timeFirst);
        (Window, Horizon, SkippedWindows) = (whole.Window, whole.Horizon, whole.SkippedWindows);
        (SampleShape, TargetShape, Targets) = (whole.SampleShape, whole.TargetShape, whole.Targets);
        (this.starts, Standardization) = (starts, standardization);
    }

    /// <summary>How many rows the input has.</summary>
    public int Window { get; }

    /// <summary>How many rows are predicted.</summary>
    public int Horizon { get; }

    /// <summary>How many windows of the series were left out because a value is missing in them.</summary>
    public int SkippedWindows { get; }

    /// <summary>The mean and the deviation by which each column of the series is standardized, in the order of the columns; null where the
    /// values are as they came.</summary>
    public Standardization? Standardization { get; }

    /// <inheritdoc/>
    public override int Count => starts.Length;

    /// <summary>The shape of an input: [columns, window], or [window, columns].</summary>
    public override Shape SampleShape { get; }

    /// <summary>The shape of a target: [targets, horizon], or [horizon, targets].</summary>
    public Shape TargetShape { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<SampleField> Targets { get; }

    /// <summary>The row of the series at which a sample's input begins; its targets begin <see cref="Window"/> rows later.</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public int FirstRow(int index)
    {
        CheckIndex(index);
        return starts[index];
    }

    /// <summary>Writes the input of a sample, row-major.</summary>
    /// <exception cref="ArgumentException">There is no such sample, or the destination has another size.</exception>
    public override void Read(int index, Span<float> destination)
    {
        CheckIndex(index);
        CheckDestination(destination.Length);
        Copy(rows, starts[index], Window, inputColumns, destination);
    }

    /// <summary>The target of a sample: [targets, horizon], or [horizon, targets].</summary>
    /// <exception cref="ArgumentException">There is no such sample.</exception>
    public override TensorList ReadTargets(int index)
    {
        CheckIndex(index);
        float[] values = new float[TargetShape.Length];
        Copy(rows, starts[index] + Window, Horizon, targetColumns, values);
        return Tensor.From(values, TargetShape);
    }

    /// <summary>The windows at these indices, in this order. Nothing is copied but the indices.</summary>
    /// <exception cref="ArgumentException">There is no window at one of the indices.</exception>
    public override SeriesDataset Subset(params ReadOnlySpan<int> indices) =>
        new(this, Array.ConvertAll(CopyIndices(indices), index => starts[index]), Standardization);

    internal override bool Gathers => true;

    internal override Batch Gather(ReadOnlySpan<int> samples)
    {
        int inputs = SampleShape.Length, targets = TargetShape.Length;
        var (x, y) = (Buffer.Rent(samples.Length * inputs), Buffer.Rent(samples.Length * targets));
        for (int i = 0; i < samples.Length; i++)
        {
            CheckIndex(samples[i]);
            int start = starts[samples[i]];
            Copy(rows, start, Window, inputColumns, x.Span(i * inputs, inputs));
            Copy(rows, start + Window, Horizon, targetColumns, y.Span(i * targets, targets));
        }

        return new Batch(
            new Tensor(SampleShape.Batched(samples.Length), new Values(x)), new Tensor(TargetShape.Batched(samples.Length), new Values(y)));
    }

    int[] UsedColumns => [.. inputColumns.Union(targetColumns)];

    Shape Place(int columns, int length) => timeFirst ? [length, columns] : [columns, length];

    void Copy(SeriesRows from, int start, int count, int[] columns, Span<float> to)
    {
        var (perColumn, perRow) = timeFirst ? (1, columns.Length) : (count, 1);
        for (int k = 0; k < columns.Length; k++)
        {
            int column = columns[k];
            for (int t = 0; t < count; t++)
                to[k * perColumn + t * perRow] = Scaled(from[start + t, column], column);
        }
    }

    float Scaled(float value, int column) =>
        Standardization is null ? value : (value - Standardization.Mean[column]) / Standardization.Std[column];

    // Where the windows begin in which no value is missing.
    int[] Whole(int count, int stride)
    {
        int[] inputs = rows.MissingBefore(inputColumns), targets = rows.MissingBefore(targetColumns);
        return [.. Enumerable.Range(0, count).Select(i => i * stride).Where(start =>
            inputs[start + Window] == inputs[start] && targets[start + Window + Horizon] == targets[start + Window])];
    }
}
