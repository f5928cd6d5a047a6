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
/// <param name="NormType">p of the norm; infinity for the largest value. PyTorch: <c>norm_type</c>.</param>
public sealed record GradientClipping(
    double? MaxNorm = null, double? MaxValue = null, NonFiniteGradient NonFinite = NonFiniteGradient.Error, double NormType = 2)
{
    /// <summary>Scales the gradients of all parameters so that the norm of them all together is at most
    /// <paramref name="maxNorm"/>: times maxNorm / (norm + 1e-6) where that is below 1. The p-norm is (sum of |g|^p)^(1 / p), in double.
    /// PyTorch: <c>nn.utils.clip_grad_norm_</c>.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maxNorm">The largest norm. PyTorch: <c>max_norm</c>.</param>
    /// <param name="normType">p; infinity for the largest |g|, minus infinity for the smallest; 0 for how many parameters have a gradient
    /// other than 0, as in PyTorch, which takes the norm of the parameters' norms. PyTorch: <c>norm_type</c>.</param>
    /// <param name="errorIfNonFinite">Whether a norm that is not finite throws. PyTorch: <c>error_if_nonfinite</c>.</param>
    /// <returns>The norm before; where it is not finite, nothing was changed.</returns>
    /// <exception cref="ArgumentException">A norm that is not above 0, or a p that is not a number.</exception>
    /// <exception cref="InvalidOperationException">The norm is not finite, and that is to be told.</exception>
    public static double ClipNorm(IEnumerable<Parameter> parameters, double maxNorm, double normType = 2, bool errorIfNonFinite = false)
    {
        CheckNorm(maxNorm);
        CheckType(normType);
        double norm = Norm(parameters, normType);
        double factor = maxNorm / (norm + 1e-6);
        if (errorIfNonFinite && !double.IsFinite(norm))
        {
            Throw.InvalidOperation(
                $"GradientClipping.ClipNorm: the norm of the gradients is {norm}. Look for the first loss that is not finite, or lower the rate.");
        }

        if (double.IsFinite(norm) && factor < 1)
        {
            foreach (var parameter in parameters)
                parameter.ScaleGradient((float)factor);
        }

        return norm;
    }

    // 0 where there are no gradients, whatever p is.
    static double Norm(IEnumerable<Parameter> parameters, double p)
    {
        double sum = 0;
        if (p == 0)
        {
            foreach (var parameter in parameters)
                sum += Largest(0, parameter) == 0 ? 0 : 1;
            return sum;
        }

        if (double.IsNegativeInfinity(p))
        {
            sum = double.PositiveInfinity;
            bool any = false;
            foreach (var parameter in parameters)
                (sum, any) = (Smallest(sum, parameter), any || parameter.Grad is not null);
            return any ? sum : 0;
        }

        foreach (var parameter in parameters)
            sum = double.IsInfinity(p) ? Largest(sum, parameter) : sum + PowerSum(parameter, p);
        return double.IsInfinity(p) || sum == 0 ? sum : p == 2 ? Math.Sqrt(sum) : Math.Pow(sum, 1 / p);
    }

    static double PowerSum(Parameter parameter, double p)
    {
        if (p == 2)
            return parameter.GradientSquareSum();
        double sum = 0;
        foreach (float value in parameter.Grad is { } gradient ? gradient.AsSpan() : default)
            sum += Math.Pow(Math.Abs((double)value), p);
        return sum;
    }

    static double Largest(double most, Parameter parameter)
    {
        foreach (float value in parameter.Grad is { } gradient ? gradient.AsSpan() : default)
            most = double.IsNaN(most) || Math.Abs(value) <= most ? most : Math.Abs(value);
        return most;
    }

    static double Smallest(double least, Parameter parameter)
    {
        foreach (float value in parameter.Grad is { } gradient ? gradient.AsSpan() : default)
            least = double.IsNaN(least) || Math.Abs(value) >= least ? least : Math.Abs(value);
        return least;
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
        CheckType(NormType);
        if (MaxValue is { } value)
            CheckValue(value);
    }

    /// <summary>Clips; the norm before is 0 where none is asked for.</summary>
    internal double Apply(Parameter[] parameters)
    {
        if (MaxValue is { } value)
            ClipValue(parameters, value);
        return MaxNorm is { } norm ? ClipNorm(parameters, norm, NormType) : 0;
    }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"MaxNorm = {MaxNorm}, MaxValue = {MaxValue}, NonFinite = {NonFinite}, NormType = {NormType}");
        return true;
    }

    static void CheckNorm(double maxNorm) =>
        Throw.Unless(double.IsFinite(maxNorm) && maxNorm > 0, $"GradientClipping: expected a largest norm above 0, got {maxNorm}.");

    static void CheckType(double normType) =>
        Throw.Unless(!double.IsNaN(normType), $"GradientClipping: expected a number as the norm's p, got {normType}.");

    static void CheckValue(double maxValue) =>
        Throw.Unless(float.IsFinite((float)maxValue) && maxValue > 0, $"GradientClipping: expected a largest value above 0, got {(float)maxValue}.");
}
