namespace Ballast;

/// <summary>Root-mean-square normalization: each sample is divided by the root of the mean of its squares over its last axes,
/// then each of its values is scaled by what it learns: y = x / sqrt(mean(x^2) + eps) gamma. Nothing is subtracted. Zhang
/// &amp; Sennrich 2019. PyTorch: <c>nn.RMSNorm</c>, from 2.4 on.</summary>
public class RMSNorm : Module
{
    /// <summary>Makes the layer over several trailing axes: gamma 1.</summary>
    /// <param name="normalizedShape">The sizes of the axes to normalize over, the last ones of the input.</param>
    /// <param name="eps">Added to the mean of the squares; 2^-23, the epsilon of 32-bit floats, when null.</param>
    /// <param name="elementwiseAffine">Whether gamma is learned; without, it is 1.</param>
    /// <exception cref="ArgumentException">No axes, one without values, or an eps that is negative or not finite.</exception>
    public RMSNorm(Shape normalizedShape, double? eps = null, bool elementwiseAffine = true)
    {
        TrailingAxes.Check("RMSNorm", normalizedShape, eps ?? TrailingAxes.FloatEpsilon);
        NormalizedShape = normalizedShape;
        Eps = eps ?? TrailingAxes.FloatEpsilon;
        if (elementwiseAffine)
            Weight = Register("weight", new Parameter(Tensor.Ones(normalizedShape)));
    }

    /// <summary>Makes the layer over the last axis.</summary>
    /// <param name="normalizedSize">The size of the input's last axis.</param>
    /// <param name="eps">Added to the mean of the squares; 2^-23, the epsilon of 32-bit floats, when null.</param>
    /// <param name="elementwiseAffine">Whether gamma is learned; without, it is 1.</param>
    /// <exception cref="ArgumentException">A size below 1, or an eps that is negative or not finite.</exception>
    public RMSNorm(int normalizedSize, double? eps = null, bool elementwiseAffine = true)
        : this(new Shape(normalizedSize), eps, elementwiseAffine)
    {
    }

    /// <summary>The sizes of the axes that it normalizes over.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the mean of the squares.</summary>
    public double Eps { get; }

    /// <summary>gamma: of the shape <see cref="NormalizedShape"/>, or null.</summary>
    public Parameter? Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input whose last axes are not <see cref="NormalizedShape"/>.</exception>
    public override Tensor Forward(Tensor input)
    {
        var layout = TrailingAxes.Layout(this, input.Shape, NormalizedShape);
        return RowNormalizationOperation.Run(input, Weight, null, layout, centered: false, Eps);
    }

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) => 0;

    /// <inheritdoc/>
    public override string ToString() => $"RMSNorm({NormalizedShape})";
}
