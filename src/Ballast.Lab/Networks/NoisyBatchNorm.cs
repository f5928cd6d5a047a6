namespace Ballast.Lab;

/// <summary>Batch normalization that brings back what it is said to take away: in training, what it gives is scaled and shifted by
/// noise whose own mean and scale are drawn anew in each step. Santurkar et al. 2018, "How does batch normalization help
/// optimization?", section 2.1 and appendix A, with their numbers: for each channel m ~ U(-0.5, 0.5) and s ~ U(1, 1.25), then for
/// each value y = N(s, 0.1) x + U(m - 0.1, m + 0.1).</summary>
/// <remarks>State: that of the batch normalization, under <c>norm</c>. In evaluation mode there is no noise.</remarks>
public sealed class NoisyBatchNorm : Module
{
    const float MeanRange = 0.5f, ScaleRange = 0.25f, Spread = 0.1f;

    readonly Module norm;

    /// <summary>Makes the layer for samples of a shape, [C] or [C, H, W], without a batch axis.</summary>
    /// <exception cref="ArgumentException">Samples of another rank.</exception>
    public NoisyBatchNorm(Shape sample) => norm = Register<Module>("norm", sample.Rank switch
    {
        1 or 2 => new BatchNorm1d(sample[0]),
        3 => new BatchNorm2d(sample[0]),
        _ => throw new ArgumentException($"noisybatchnorm: expected a sample of shape [C], [C, L] or [C, H, W], got {sample}."),
    });

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var normalized = norm.Forward(input);
        if (!Training)
            return normalized;
        int samples = input.Shape[0], channels = input.Shape[1], run = input.Length / samples / channels;
        var generator = Generator.Default;
        float[] means = new float[channels], scales = new float[channels];
        generator.Uniform(means, -MeanRange, MeanRange);
        generator.Uniform(scales, 1, 1 + ScaleRange);
        float[] shift = new float[input.Length], scale = new float[input.Length];
        generator.Uniform(shift, -Spread, Spread);
        generator.Normal(scale, 0, Spread);
        for (int i = 0; i < shift.Length; i++)
        {
            int channel = i / run % channels;
            shift[i] += means[channel];
            scale[i] += scales[channel];
        }

        return normalized * Tensor.From(scale, input.Shape) + Tensor.From(shift, input.Shape);
    }
}
