namespace Ballast;

/// <content>Rows as tensors.</content>
public sealed partial class TableDataset
{
    /// <summary>Rows as samples: their values, float [N, inputs], and as targets the standardized numbers, float [N, 1], or the classes,
    /// int64 [N].</summary>
    public TensorDataset Samples(IReadOnlyList<int> rows) => new(Inputs(rows), Targets(rows), Schema.Target.Categories);

    internal Tensor Inputs(IReadOnlyList<int> rows)
    {
        int width = Schema.Inputs;
        float[] values = new float[rows.Count * width];
        for (int i = 0; i < rows.Count; i++)
            Row(rows[i]).CopyTo(values.AsSpan(i * width));
        return Tensor.From(values, [rows.Count, width]);
    }

    internal Tensor Targets(IReadOnlyList<int> rows) => Schema.Task == TableTask.Regression
        ? Tensor.From([.. rows.Select(Target)], [rows.Count, 1])
        : Tensor.FromInt64([.. rows.Select(row => (long)Target(row))]);
}
