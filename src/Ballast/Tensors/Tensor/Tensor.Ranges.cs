namespace Ballast;

/// <content>Tensors of values that follow a rule.</content>
public partial class Tensor
{
    /// <summary>A tensor of one value everywhere. PyTorch: <c>torch.full</c>.</summary>
    /// <exception cref="ArgumentException">A value that the type does not have: with a fraction or out of range.</exception>
    public static Tensor Full(Shape shape, double value, ElementType type = ElementType.Float32)
    {
        bool fits = type switch
        {
            ElementType.Float32 or ElementType.Float64 => true,
            ElementType.Int64 => value == Math.Truncate(value) && value >= long.MinValue && value < long.MaxValue,
            ElementType.UInt8 => value == Math.Truncate(value) && value is >= 0 and <= 255,
            _ => value is 0 or 1,
        };
        Throw.Unless(fits, $"Expected a value that a tensor of {type.Name()} can have, got {value}.");
        if (Backend.Current is { } other)
            return other.Apply("full", [], ("shape", shape), ("value", value), ("type", type));
        Throw.Unless(type != ElementType.Float64, $"Full: the default backend has no float64 tensors. Use ElementType.Float32.");
        var buffer = Buffer.Rent(type, shape.Length);
        switch (type)
        {
            case ElementType.Float32:
                buffer.Span(shape.Length).Fill((float)value);
                break;
            case ElementType.Int64:
                buffer.Span<long>(shape.Length).Fill((long)value);
                break;
            default:
                buffer.Span<byte>(shape.Length).Fill((byte)value);
                break;
        }

        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>A tensor of one value everywhere, of another one's shape and type. PyTorch: <c>full_like</c>.</summary>
    /// <exception cref="ArgumentException">A value that the type does not have.</exception>
    public static Tensor FullLike(Tensor other, double value) => Full(other.Shape, value, other.ElementType);

    /// <summary>Zeros of another tensor's shape and type. PyTorch: <c>zeros_like</c>.</summary>
    public static Tensor ZerosLike(Tensor other) => FullLike(other, 0);

    /// <summary>Ones of another tensor's shape and type. PyTorch: <c>ones_like</c>.</summary>
    public static Tensor OnesLike(Tensor other) => FullLike(other, 1);

    /// <summary>int64: 0, 1, ... up to, not including, <paramref name="end"/>. PyTorch: <c>torch.arange(end)</c>.</summary>
    /// <exception cref="ArgumentException">An end below 0, or too many values.</exception>
    public static Tensor Arange(long end) => Arange(0L, end, 1L);

    /// <summary>int64: from <paramref name="start"/> on, <paramref name="step"/> apart, up to, not including, <paramref name="end"/>.
    /// PyTorch: <c>torch.arange(start, end, step)</c>.</summary>
    /// <exception cref="ArgumentException">A step of 0 or away from the end, or too many values.</exception>
    public static Tensor Arange(long start, long end, long step = 1)
    {
        long[] values = new long[Count(start, end, step)];
        for (int i = 0; i < values.Length; i++)
            values[i] = start + i * step;
        return FromInt64(values, [values.Length]);
    }

    /// <summary>float32: from <paramref name="start"/> on, <paramref name="step"/> apart, up to, not including, <paramref name="end"/>.
    /// PyTorch: <c>torch.arange(start, end, step)</c> of floats.</summary>
    /// <exception cref="ArgumentException">A step of 0 or away from the end, bounds that are not finite, or too many values.</exception>
    public static Tensor Arange(double start, double end, double step = 1)
    {
        float[] values = new float[Count(start, end, step)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(start + i * step);
        return From(values, [values.Length]);
    }

    static int Count(double start, double end, double step)
    {
        bool leads = double.IsFinite(start) && double.IsFinite(end) && double.IsFinite(step) && step != 0;
        Throw.Unless(leads && (end == start || end > start == step > 0), $"Arange: steps of {step} do not lead from {start} to {end}.");
        double count = Math.Ceiling((end - start) / step);
        Throw.Unless(count <= int.MaxValue, $"Arange: {count} values are more than a tensor can have.");
        return (int)count;
    }

    /// <summary>float32: <paramref name="steps"/> values from <paramref name="start"/> to <paramref name="end"/>, evenly apart, both
    /// included; <paramref name="start"/> alone for one. PyTorch: <c>torch.linspace</c>.</summary>
    /// <exception cref="ArgumentException">Fewer than 0 steps.</exception>
    public static Tensor Linspace(double start, double end, int steps)
    {
        Throw.Unless(steps >= 0, $"Linspace: expected 0 steps or more, got {steps}.");
        float[] values = new float[steps];
        double step = steps > 1 ? (end - start) / (steps - 1) : 0;
        for (int i = 0; i < steps; i++)
            values[i] = (float)(i < (steps + 1) / 2 ? start + i * step : end - (steps - 1 - i) * step);
        return From(values, [steps]);
    }

    /// <summary>Ones on the diagonal of [rows, columns], zeros elsewhere; as many columns as rows by itself. PyTorch:
    /// <c>torch.eye</c>.</summary>
    public static Tensor Eye(int rows, int? columns = null)
    {
        Shape shape = [rows, columns ?? rows];
        float[] values = new float[shape.Length];
        for (int i = 0; i < Math.Min(rows, shape[1]); i++)
            values[i * shape[1] + i] = 1;
        return From(values, shape);
    }

    /// <summary>The coordinates of a grid: each vector along an axis of its own, repeated along the others: of [M] and [N] two tensors
    /// [M, N]. Views. PyTorch: <c>torch.meshgrid(..., indexing="ij")</c>.</summary>
    /// <exception cref="ArgumentException">No tensor, or one of more than one axis.</exception>
    public static Tensor[] Meshgrid(params ReadOnlySpan<Tensor> vectors)
    {
        Throw.Unless(vectors.Length > 0, $"Meshgrid: expected at least one tensor, got none.");
        int[] sizes = new int[vectors.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            Throw.Unless(vectors[i].Shape.Rank <= 1, $"Meshgrid: expected vectors [N], got {vectors[i].Shape} as number {i}.");
            sizes[i] = vectors[i].Length;
        }

        var coordinates = new Tensor[sizes.Length];
        int[] along = new int[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            Array.Fill(along, 1);
            along[i] = sizes[i];
            coordinates[i] = vectors[i].Reshape(along).Expand(sizes);
        }

        return coordinates;
    }

    /// <summary>int64 [2, n]: the rows, and the columns, of the places on and below a diagonal of [rows, columns], row by row. PyTorch:
    /// <c>torch.tril_indices</c>.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="diagonal">Which diagonal: 0 the main one, above 0 those above it.</param>
    /// <exception cref="ArgumentException">A size below 0.</exception>
    public static Tensor TrilIndices(int rows, int columns, int diagonal = 0) => TriangleIndices(rows, columns, (i, j) => j - i <= diagonal);

    /// <summary>int64 [2, n]: the rows, and the columns, of the places on and above a diagonal of [rows, columns], row by row. PyTorch:
    /// <c>torch.triu_indices</c>.</summary>
    /// <inheritdoc cref="TrilIndices"/>
    public static Tensor TriuIndices(int rows, int columns, int diagonal = 0) => TriangleIndices(rows, columns, (i, j) => j - i >= diagonal);

    static Tensor TriangleIndices(int rows, int columns, Func<long, long, bool> holds)
    {
        Shape shape = [rows, columns];
        List<long> down = [], across = [];
        for (long at = 0; at < shape.Length; at++)
        {
            if (holds(at / columns, at % columns))
            {
                down.Add(at / columns);
                across.Add(at % columns);
            }
        }

        return FromInt64([.. down, .. across], [2, down.Count]);
    }

    /// <summary>int64: a 1 at each class's place on a new last axis, zeros elsewhere. PyTorch: <c>F.one_hot</c>.</summary>
    /// <param name="classes">The number of classes; the largest one and 1 by itself.</param>
    /// <exception cref="ArgumentException">Not int64, or a class outside of 0 to <paramref name="classes"/> - 1.</exception>
    public Tensor OneHot(int? classes = null)
    {
        TypedOperations.RequireIndex(nameof(OneHot), this, "classes");
        var values = AsSpan<long>();
        long largest = -1;
        foreach (long value in values)
            largest = Math.Max(largest, value);
        int count = classes ?? (int)Math.Min(int.MaxValue, largest + 1);
        Shape shape = new([.. Shape.ToArray(), count]);
        var rows = Buffer.Rent(ElementType.Int64, shape.Length);
        var ones = rows.Span<long>(shape.Length);
        ones.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            Throw.Unless((ulong)values[i] < (ulong)count,
                $"OneHot: class {values[i]} at {Shape.Position(i)} of {Shape} is outside of 0 to {count - 1}.");
            ones[i * count + (int)values[i]] = 1;
        }

        return new Tensor(shape, new Values(rows));
    }
}
