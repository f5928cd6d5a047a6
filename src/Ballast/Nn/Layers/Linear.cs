using System.Globalization;

namespace Ballast;

/// <summary>y = x W^T + b, from [..., in] to [..., out]. PyTorch: <c>nn.Linear</c>, with its initial values.</summary>
public sealed class Linear : Module, IReweighted
{
    Parameter weight;

    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(in), weight first, then bias.</summary>
    /// <param name="inFeatures">The size of the input's last axis.</param>
    /// <param name="outFeatures">The size of the output's last axis.</param>
    /// <param name="bias">Whether b is there. Right before a batch normalization it has no effect.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, Generator? generator = null)
    {
        Throw.Unless(inFeatures > 0 && outFeatures > 0,
            $"Linear: expected sizes of at least 1, got {inFeatures} inputs and {outFeatures} outputs.");
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        weight = Register("weight", new Parameter([outFeatures, inFeatures]));
        Bias = bias ? Register("bias", new Parameter([outFeatures])) : null;
        Initializers.LinearUniform(
            generator ?? Generator.Default, weight.Mutate(), Bias is null ? default : Bias.Mutate(), inFeatures);
    }

    /// <summary>The size of the input's last axis.</summary>
    public int InFeatures { get; }

    /// <summary>The size of the output's last axis.</summary>
    public int OutFeatures { get; }

    /// <summary>W: [out, in]. Setting it to another layer's parameter, such as an embedding's table, ties the two: they learn as one, and
    /// the state has it under both names, as PyTorch's has. Make the optimizer afterwards.</summary>
    /// <exception cref="ArgumentException">A parameter of another shape.</exception>
    public Parameter Weight
    {
        get => weight;
        set => weight = Share("weight", value);
    }

    /// <summary>b: [out], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input whose last axis is not <see cref="InFeatures"/>.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, Weight);

    Tensor Forward(Tensor input, Tensor weight)
    {
        var shape = input.Shape;
        if (shape.Rank < 1 || shape[^1] != InFeatures)
            Refuse(shape);
        return LinearOperation.Run(input, weight, Bias, shape.WithLast(OutFeatures));
    }

    int IReweighted.OutputAxis => 0;

    Tensor IReweighted.Forward(Tensor input, Tensor weight) => Forward(input, weight);

    void Refuse(Shape shape)
    {
        bool flatten = shape.Rank > 2 && shape.Length / Math.Max(1, shape[0]) == InFeatures;
        Throw.Argument(
            $"{this}: expected input [..., {InFeatures}], got {shape}. " +
            (flatten ? "Put a Flatten before it." : $"The layer before it must produce {InFeatures} features."));
    }

    /// <summary>What PyTorch calls it where it is a part of an attention; null elsewhere.</summary>
    internal string? PrintedAs { get; init; }

    internal override string PrintedName => PrintedAs ?? base.PrintedName;

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"in_features={InFeatures}, out_features={OutFeatures}, bias={PythonText.Of(Bias is not null)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"Linear({InFeatures}, {OutFeatures}{(Bias is null ? ", bias: false" : "")})");
}
