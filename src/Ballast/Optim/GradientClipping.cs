using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>What to do with a gradient that is not finite.</summary>
public enum NonFiniteGradient
{
    /// <summary>Stop. PyTorch: <c>error_if_nonfinite=True</c>.</summary>
    Error,

    /// <summary>Leave the step out: the parameters stay as they are.</summary>
    Skip,
}

/// <summary>Keeps gradients from growing too large before an optimizer's step: each value into a range, then all of them
/// together to a largest norm. A <see cref="Trainer"/> that is given one clips in every step.</summary>
/// <remarks>
/// The norm needs every gradient before the first parameter may change. The gradient of a large linear layer, which an optimizer
/// otherwise applies without its ever being stored, is computed once more for it: for the tutorial's network at batch 10 a step
/// takes about 1.4 times as long, networks of convolutions hardly notice. Clipping by value stores that gradient.
/// </remarks>
/// <param name="MaxNorm">The largest norm; null for any. PyTorch: <c>max_norm</c>.</param>
/// <param name="MaxValue">The largest value; null for any. PyTorch: <c>clip_value</c>.</param>
/// <param name="NonFinite">What to do with a norm that is not finite.</param>
public sealed record GradientClipping(
    double? MaxNorm = null, double? MaxValue = null, NonFiniteGradient NonFinite = NonFiniteGradient.Error)
{
    /// <summary>Scales the gradients of all parameters so that the norm of them all together is at most
    /// <paramref name="maxNorm"/>: times maxNorm / (norm + 1e-6) where that is below 1. The norm is the root of the sum of all squares, in
    /// double. PyTorch: <c>nn.utils.clip_grad_norm_</c>.</summary>
    /// <returns>The norm before; where it is not finite, nothing was changed.</returns>
    /// <exception cref="ArgumentException">A norm that is not above 0.</exception>
    public static double ClipNorm(IEnumerable<Parameter> parameters, double maxNorm)
    {
        CheckNorm(maxNorm);
        double sum = 0;
        foreach (var parameter in parameters)
            sum += parameter.GradientSquareSum();
        double norm = Math.Sqrt(sum), factor = maxNorm / (norm + 1e-6);
        if (double.IsFinite(norm) && factor < 1)
        {
            foreach (var parameter in parameters)
                parameter.ScaleGradient((float)factor);
        }

        return norm;
    }

    /// <summary>Brings each value of all gradients into the range from -<paramref name="maxValue"/> to it.
    /// PyTorch: <c>nn.utils.clip_grad_value_</c>.</summary>
    /// <exception cref="ArgumentException">A value that is not above 0.</exception>
    public static void ClipValue(IEnumerable<Parameter> parameters, double maxValue)
    {
        CheckValue(maxValue);
        foreach (var parameter in parameters)
            parameter.ClampGradient((float)maxValue);
    }

    /// <summary>Refuses settings that cannot work.</summary>
    internal void Check()
    {
        Throw.Unless(MaxNorm is not null || MaxValue is not null, $"GradientClipping: expected a largest norm, a largest value, or both.");
        if (MaxNorm is { } norm)
            CheckNorm(norm);
        if (MaxValue is { } value)
            CheckValue(value);
    }

    /// <summary>Clips; the norm before is 0 where none is asked for.</summary>
    internal double Apply(Parameter[] parameters)
    {
        if (MaxValue is { } value)
            ClipValue(parameters, value);
        return MaxNorm is { } norm ? ClipNorm(parameters, norm) : 0;
    }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"MaxNorm = {MaxNorm}, MaxValue = {MaxValue}, NonFinite = {NonFinite}");
        return true;
    }

    static void CheckNorm(double maxNorm) =>
        Throw.Unless(double.IsFinite(maxNorm) && maxNorm > 0, $"GradientClipping: expected a largest norm above 0, got {maxNorm}.");

    static void CheckValue(double maxValue) =>
        Throw.Unless(float.IsFinite((float)maxValue) && maxValue > 0, $"GradientClipping: expected a largest value above 0, got {(float)maxValue}.");
}
