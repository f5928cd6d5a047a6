namespace Ballast;

/// <summary>The rows of a table [V, D] at some positions.</summary>
sealed class EmbeddingOperation : Operation
{
    readonly Buffer positions;
    readonly int count, padding;
    readonly bool scales;

    EmbeddingOperation(Tensor table, Tensor index, int padding, bool scales) : base(table)
    {
        positions = index.Memory.Hold();
        count = index.Length;
        this.padding = padding;
        this.scales = scales;
    }

    /// <summary>The forward pass, for positions within the table.</summary>
    /// <param name="table">[V, D].</param>
    /// <param name="index">Positions, int64.</param>
    /// <param name="shape">The positions' axes and D.</param>
    /// <param name="padding">The row that gathers no gradient; -1 for none.</param>
    /// <param name="scales">Whether a row's gradient is divided by how often its position is there.</param>
    public static Tensor Run(Tensor table, Tensor index, Shape shape, int padding, bool scales)
    {
        if (Backend.Current is { } other)
            return other.Apply("embedding", [table, index], ("shape", shape), ("padding", padding), ("scales", scales));
        var values = new Values(Loops.TakeSlices(table.Operand, 0, index.Memory, index.Length).Memory);
        return Records(table) ? new EmbeddingOperation(table, index, padding, scales).Produce(shape, values) : new Tensor(shape, values);
    }

    /// <summary>dTable[v] = the sum of g over the places of v, perhaps divided by their number; 0 for the padding.</summary>
    public override void Backward(Values gradient)
    {
        var table = First!;
        int width = table.Shape[1];
        var g = gradient.ToOperand(Output.Shape);
        Operand rows = g.Layout.TryReshape(new Shape(count, width), out var layout)
            ? g.With(layout).Hold() : new Operand(Loops.RowMajor(g), Layout.RowMajor([count, width]));
        g.Release();
        var sums = Buffer.Rent(table.Length);
        sums.Span(table.Length).Clear();
        Loops.AddSlices(sums, Layout.RowMajor(table.Shape), 0, positions, count, rows);
        rows.Release();
        if (padding >= 0)
            sums.Span(padding * width, width).Clear();
        if (scales)
            Scale(sums, width);
        Give(table, new Values(sums));
    }

    void Scale(Buffer sums, int width)
    {
        Dictionary<long, int> places = [];
        foreach (long position in positions.Span<long>(count))
            places[position] = places.GetValueOrDefault(position) + 1;
        foreach (var (position, times) in places)
            Kernels.Scaling.Run(sums.Span((int)position * width, width), 1f / times);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => positions.Release();
}
