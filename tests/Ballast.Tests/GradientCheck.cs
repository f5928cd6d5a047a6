namespace Ballast.Tests;

/// <summary>Holds the values and gradients of a computation against a plain one in double.</summary>
/// <remarks>The cotangent is random: a sum of the outputs would hide faults where the gradient of a sum is zero, as behind
/// a normalization. The reference's gradient comes from central differences with a step of 1e-5: what they leave out is
/// 1e-10 of a third derivative, and rounding adds 1e-11.</remarks>
static class GradientCheck
{
    const double Step = 1e-5;

    // Float arithmetic rounds at 6e-8, and the sums and quotients here lose about a hundred times that.
    const double Tolerance = 1e-5;

    /// <summary>Computes forward and backward and compares both.</summary>
    /// <param name="inputs">What the computation reads; all but frozen ones are checked.</param>
    /// <param name="forward">The computation on tensors.</param>
    /// <param name="reference">The same on plain arrays in double, one for each input.</param>
    public static void Run(
        ReadOnlySpan<Parameter> inputs, Func<Tensor> forward, Func<double[][], double[]> reference)
    {
        foreach (var input in inputs)
            input.ZeroGrad();
        double[][] values = [.. inputs.ToArray().Select(static input => Doubles(input.AsSpan()))];
        var output = forward();
        Near.Equal(reference(values), output.AsSpan(), Tolerance, "forward");

        float[] cotangent = new float[output.Length];
        new Generator(2015).Normal(cotangent);
        output.Backward(Tensor.From(cotangent, output.Shape));
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Frozen)
            {
                Assert.Null(inputs[i].Grad);
                continue;
            }

            double[] slopes = Slopes(reference, values, values[i], cotangent);
            Assert.NotNull(inputs[i].Grad);
            Near.Equal(slopes, inputs[i].Grad!.AsSpan(), Tolerance, $"gradient of input {i}");
        }
    }

    static double[] Slopes(
        Func<double[][], double[]> reference, double[][] values, double[] changed, float[] cotangent)
    {
        double[] slopes = new double[changed.Length];
        for (int i = 0; i < changed.Length; i++)
        {
            double at = changed[i];
            changed[i] = at + Step;
            double[] above = reference(values);
            changed[i] = at - Step;
            double[] below = reference(values);
            changed[i] = at;
            for (int j = 0; j < cotangent.Length; j++)
                slopes[i] += cotangent[j] * (above[j] - below[j]) / (2 * Step);
        }

        return slopes;
    }

    static double[] Doubles(ReadOnlySpan<float> values)
    {
        double[] doubles = new double[values.Length];
        for (int i = 0; i < doubles.Length; i++)
            doubles[i] = values[i];
        return doubles;
    }
}
