namespace Ballast;

/// <summary>The former name of <see cref="GELU"/>.</summary>
[Obsolete("Gelu is GELU now, as in PyTorch.")]
public sealed class Gelu(GeluApproximation approximate = GeluApproximation.None) : GELU(approximate);

/// <summary>The former name of <see cref="RMSNorm"/>.</summary>
[Obsolete("RmsNorm is RMSNorm now, as in PyTorch.")]
public sealed class RmsNorm : RMSNorm
{
    /// <inheritdoc/>
    public RmsNorm(Shape normalizedShape, double? eps = null, bool elementwiseAffine = true) : base(normalizedShape, eps, elementwiseAffine)
    {
    }

    /// <inheritdoc/>
    public RmsNorm(int normalizedSize, double? eps = null, bool elementwiseAffine = true) : base(normalizedSize, eps, elementwiseAffine)
    {
    }
}

/// <summary>The former name of <see cref="MSELoss"/>.</summary>
[Obsolete("MseLoss is MSELoss now, as in PyTorch.")]
public sealed class MseLoss(Reduction reduction = Reduction.Mean) : MSELoss(reduction);

/// <summary>The former name of <see cref="BCELoss"/>.</summary>
[Obsolete("BceLoss is BCELoss now, as in PyTorch.")]
public sealed class BceLoss(Reduction reduction = Reduction.Mean) : BCELoss(reduction);

/// <summary>The former name of <see cref="BCEWithLogitsLoss"/>.</summary>
[Obsolete("BceWithLogitsLoss is BCEWithLogitsLoss now, as in PyTorch.")]
public sealed class BceWithLogitsLoss(Reduction reduction = Reduction.Mean, IReadOnlyList<float>? posWeight = null)
    : BCEWithLogitsLoss(reduction, posWeight);

/// <summary>The former name of <see cref="SGD"/>.</summary>
[Obsolete("Sgd is SGD now, as in PyTorch.")]
public sealed class Sgd : SGD
{
    /// <inheritdoc/>
    public Sgd(
        IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false)
        : base(parameters, learningRate, momentum, dampening, weightDecay, nesterov)
    {
    }

    /// <inheritdoc/>
    public Sgd(
        IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false)
        : base(groups, learningRate, momentum, dampening, weightDecay, nesterov)
    {
    }
}

/// <summary>Classes on their way to an int64 tensor, which they are now: <see cref="Tensor.FromInt64(ReadOnlySpan{int})"/>.</summary>
[Obsolete("Labels are an int64 tensor now, as in PyTorch: Tensor.FromInt64(3, 1, 4).")]
public sealed class Labels
{
    readonly Tensor tensor;

    /// <summary>Copies the classes.</summary>
    public Labels(params ReadOnlySpan<int> classes) => tensor = Tensor.FromInt64(classes);

    /// <summary>The tensor.</summary>
    public Tensor ToTensor() => tensor;

    /// <summary>The tensor, where one is wanted.</summary>
    public static implicit operator Tensor(Labels labels) => labels.tensor;
}
