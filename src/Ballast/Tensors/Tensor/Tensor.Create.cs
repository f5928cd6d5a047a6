using System.Runtime.CompilerServices;

namespace Ballast;

public partial class Tensor
{
    /// <summary>A tensor that holds a copy of <paramref name="values"/>, row-major.</summary>
    /// <exception cref="ArgumentException">Not as many values as the shape has.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor From(ReadOnlySpan<float> values, Shape shape)
    {
        Throw.Unless(values.Length == shape.Length,
            $"Tensor.From: expected {shape.Length} values for the shape {shape}, got {values.Length}.");
        return new Tensor(shape, new Values(Buffer.Copy(values)));
    }

    /// <summary>A float32 tensor of <paramref name="values"/>, row-major, each rounded to the nearest float32: <c>Tensor.From([0.1, 0.9],
    /// [2])</c>.</summary>
    /// <exception cref="ArgumentException">Not as many values as the shape has.</exception>
    public static Tensor From(ReadOnlySpan<double> values, Shape shape) => From(Rounded(values), shape);

    /// <summary>The nearest float32 to each value.</summary>
    internal static float[] Rounded(ReadOnlySpan<double> values)
    {
        var rounded = new float[values.Length];
        for (int i = 0; i < rounded.Length; i++)
            rounded[i] = (float)values[i];
        return rounded;
    }

    /// <summary>An int64 tensor that holds a copy of <paramref name="values"/>, row-major: classes, positions.</summary>
    /// <exception cref="ArgumentException">Not as many values as the shape has.</exception>
    public static Tensor FromInt64(ReadOnlySpan<long> values, Shape shape) => FromElements(values, shape);

    /// <inheritdoc cref="FromInt64(ReadOnlySpan{long}, Shape)"/>
    public static Tensor FromInt64(ReadOnlySpan<int> values, Shape shape)
    {
        Throw.Unless(values.Length == shape.Length,
            $"Tensor.FromInt64: expected {shape.Length} values for the shape {shape}, got {values.Length}.");
        var buffer = Buffer.Rent(ElementType.Int64, shape.Length);
        var to = buffer.Span<long>(shape.Length);
        for (int i = 0; i < to.Length; i++)
            to[i] = values[i];
        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>An int64 tensor [N] of the values, such as the class of each sample: <c>Tensor.FromInt64(3, 1, 4)</c>. PyTorch:
    /// <c>torch.tensor([3, 1, 4])</c>.</summary>
    public static Tensor FromInt64(params ReadOnlySpan<int> values) => FromInt64(values, [values.Length]);

    /// <inheritdoc cref="FromInt64(ReadOnlySpan{int})"/>
    public static Tensor FromInt64(params ReadOnlySpan<long> values) => FromInt64(values, [values.Length]);

    /// <summary>A tensor of truth values, row-major.</summary>
    /// <exception cref="ArgumentException">Not as many values as the shape has.</exception>
    public static Tensor FromBool(ReadOnlySpan<bool> values, Shape shape) => FromElements(values, shape);

    /// <summary>A tensor of bytes, row-major.</summary>
    /// <exception cref="ArgumentException">Not as many values as the shape has.</exception>
    public static Tensor FromUInt8(ReadOnlySpan<byte> values, Shape shape) => FromElements(values, shape);

    static Tensor FromElements<T>(ReadOnlySpan<T> values, Shape shape)
        where T : unmanaged
    {
        Throw.Unless(values.Length == shape.Length,
            $"Tensor.From{ElementTypes.Of<T>()}: expected {shape.Length} values for the shape {shape}, got {values.Length}.");
        var buffer = Buffer.Rent(ElementTypes.Of<T>(), shape.Length);
        values.CopyTo(buffer.Span<T>(shape.Length));
        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape) => Full(shape, 0);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape) => Full(shape, 1);
}
