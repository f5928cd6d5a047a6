namespace Ballast;

public partial class Tensor
{
    /// <summary>A tensor that holds a copy of <paramref name="values"/>, row-major.</summary>
    /// <exception cref="ArgumentException">Not as many values as the shape has.</exception>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape)
    {
        Throw.Unless(values.Length == shape.Length,
            $"Tensor.From: expected {shape.Length} values for the shape {shape}, got {values.Length}.");
        return new Tensor(shape, new Values(Buffer.Copy(values)));
    }

    /// <summary>A tensor of one value everywhere.</summary>
    public static Tensor Full(Shape shape, float value)
    {
        var buffer = Buffer.Rent(shape.Length);
        buffer.Span(shape.Length).Fill(value);
        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape) => Full(shape, 0);

    /// <summary>A tensor of ones.</summary>
    public static Tensor Ones(Shape shape) => Full(shape, 1);

    /// <summary>Uniform in [0, 1). PyTorch: <c>torch.rand</c>.</summary>
    public static Tensor Rand(Shape shape, Generator? generator = null)
    {
        var buffer = Buffer.Rent(shape.Length);
        (generator ?? Generator.Default).Uniform(buffer.Span(shape.Length));
        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>Standard normal. PyTorch: <c>torch.randn</c>.</summary>
    public static Tensor Randn(Shape shape, Generator? generator = null)
    {
        var buffer = Buffer.Rent(shape.Length);
        (generator ?? Generator.Default).Normal(buffer.Span(shape.Length));
        return new Tensor(shape, new Values(buffer));
    }
}
