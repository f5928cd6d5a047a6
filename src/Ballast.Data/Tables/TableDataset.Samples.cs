namespace Ballast;

/// <content>Rows as tensors.</content>
public sealed partial class TableDataset
{
    /// <summary>Rows as samples: their values, float [N, inputs], and as targets the standardized numbers, float [N, 1], the classes,
    /// int64 [N], or of labels 1 or 0, float [N, labels].</summary>
    public TensorDataset Samples(IReadOnlyList<int> rows) =>
        new(Inputs(rows), Targets(rows), Schema.ClassNames) { ColumnNames = [.. Schema.InputNames] };

    internal Tensor Inputs(IReadOnlyList<int> rows)
    {
        int width = Schema.Inputs;
        float[] values = new float[rows.Count * width];
        for (int i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(values.AsSpan(i * width));
        return Tensor.From(values, [rows.Count, width]);
    }

    internal Tensor Targets(IReadOnlyList<int> rows) => Schema.Task switch
    {
        TableTask.Regression => Tensor.From([.. rows.Select(Target)], [rows.Count, 1]),
        TableTask.Classification => Tensor.FromInt64([.. rows.Select(row => (long)Target(row))]),
        _ => Tensor.From([.. rows.SelectMany(row => Enumerable.Range(0, Schema.Outputs).Select(label => HasLabel(row, label) ? 1f : 0))],
            [rows.Count, Schema.Outputs]),
    };
}
