namespace Ballast;

/// <summary>A change of a whole batch when its samples are together, each time in another way: what mixes samples and their targets. A
/// <see cref="DataLoader"/> applies its batch transforms one after the other, at the end.</summary>
/// <remarks>It draws from the generator it is given and nowhere else, which follows from the epoch's base seed and the batch's number as an
/// <see cref="ImageTransform"/>'s does, and remembers nothing from one batch to the next.</remarks>
public abstract class BatchTransform
{
    /// <summary>Gives the changed batch.</summary>
    /// <param name="batch">The batch, which is not written to.</param>
    /// <param name="generator">Where random numbers come from.</param>
    protected internal abstract Batch Apply(Batch batch, Generator generator);

    /// <summary>Draws a share from Beta(a, a), from 0 to 1.</summary>
    private protected static double Beta(Generator generator, double a)
    {
        double x = Gamma(generator, a), y = Gamma(generator, a);
        return x + y > 0 ? x / (x + y) : Uniform(generator) < 0.5 ? 0 : 1;
    }

    private protected static double Uniform(Generator generator)
    {
        Span<double> drawn = stackalloc double[1];
        generator.Uniform(drawn);
        return drawn[0];
    }

    // Marsaglia and Tsang 2000; below 1 by their remark: Gamma(a) = Gamma(a + 1) U^(1 / a).
    static double Gamma(Generator generator, double a)
    {
        if (a < 1)
            return Gamma(generator, a + 1) * Math.Pow(Uniform(generator), 1 / a);
        double d = a - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        Span<float> normal = stackalloc float[1];
        while (true)
        {
            generator.Normal(normal);
            double v = Math.Pow(1 + c * normal[0], 3), u = Uniform(generator);
            if (v > 0 && Math.Log(u) < 0.5 * normal[0] * normal[0] + d - d * v + d * Math.Log(v))
                return d * v;
        }
    }

    /// <summary>Targets as shares of classes, float [N, C]: classes become a one.</summary>
    private protected static Tensor Shares(string name, Tensor targets, int classes)
    {
        if (targets.ElementType != ElementType.Int64)
        {
            Throw.Unless(targets.Shape.Rank == 2 && targets.Shape[1] == classes,
                $"{name}: expected classes, int64 [N], or shares [N, {classes}] as targets, got {targets.ElementType.Name()} {targets.Shape}.");
            return targets;
        }

        Throw.Unless(targets.Shape.Rank == 1, $"{name}: expected classes, int64 [N], as targets, got {targets.Shape}.");
        return targets.OneHot(classes).To(ElementType.Float32);
    }
}

/// <summary>Mixes each sample with the one before it in the batch (the first with the last): x = s x + (1 - s) x', and the targets likewise,
/// which become shares of classes, float [N, C]. One share s, from Beta(alpha, alpha), for the batch. Zhang et al. 2018, "mixup: beyond empirical
/// risk minimization"; torchvision's references: <c>RandomMixup</c>.</summary>
public sealed class Mixup : BatchTransform
{
    readonly int classes;
    readonly double alpha;

    /// <summary>Makes the transform.</summary>
    /// <param name="classes">C, how many classes there are.</param>
    /// <param name="alpha">The smaller, the nearer to 0 or 1 the shares are.</param>
    /// <exception cref="ArgumentException">Fewer than one class, or an alpha that is not above 0.</exception>
    public Mixup(int classes, double alpha = 0.2)
    {
        Throw.Unless(classes > 0 && alpha > 0 && double.IsFinite(alpha),
            $"Mixup: expected 1 class or more and a finite alpha above 0, got {classes} and {alpha}.");
        (this.classes, this.alpha) = (classes, alpha);
    }

    /// <inheritdoc/>
    protected internal override Batch Apply(Batch batch, Generator generator)
    {
        double share = Beta(generator, alpha);
        var targets = Shares("Mixup", batch.Targets, classes);
        return batch with { Inputs = Mixed(batch.Inputs), Targets = Mixed(targets) };

        Tensor Mixed(Tensor values) => (values * share + values.Roll([1], [0]) * (1 - share)).Clone();
    }
}

/// <summary>Puts a rectangle of the image before it in the batch (of the last into the first) into each image [C, H, W], and shares the targets
/// as the area is shared: they become float [N, C]. One rectangle, of a share of the area from Beta(alpha, alpha), for the batch. Yun et al. 2019,
/// "CutMix: regularization strategy to train strong classifiers with localizable features"; torchvision's references:
/// <c>RandomCutmix</c>.</summary>
public sealed class CutMix : BatchTransform
{
    readonly int classes;
    readonly double alpha;

    /// <summary>Makes the transform.</summary>
    /// <param name="classes">C, how many classes there are.</param>
    /// <param name="alpha">The smaller, the smaller or larger the rectangles are; at 1 all shares are as likely.</param>
    /// <exception cref="ArgumentException">Fewer than one class, or an alpha that is not above 0.</exception>
    public CutMix(int classes, double alpha = 1)
    {
        Throw.Unless(classes > 0 && alpha > 0 && double.IsFinite(alpha),
            $"CutMix: expected 1 class or more and a finite alpha above 0, got {classes} and {alpha}.");
        (this.classes, this.alpha) = (classes, alpha);
    }

    /// <inheritdoc/>
    protected internal override Batch Apply(Batch batch, Generator generator)
    {
        var shape = batch.Inputs.Shape;
        Throw.Unless(shape.Rank == 4, $"CutMix: expected images [N, C, H, W], got {shape}. Leave it out for data that is no images.");
        int height = shape[2], width = shape[3];
        double half = 0.5 * Math.Sqrt(1 - Beta(generator, alpha));
        int x = (int)generator.RandomInteger(0, width), y = (int)generator.RandomInteger(0, height);
        int left = Math.Max(0, (int)(x - half * width)), right = Math.Min(width, (int)(x + half * width));
        int top = Math.Max(0, (int)(y - half * height)), bottom = Math.Min(height, (int)(y + half * height));
        float[] values = batch.Inputs.ToArray(), mixed = [.. values];
        int plane = height * width, length = shape[1] * plane;
        for (int n = 0; n < shape[0]; n++)
        {
            int from = (n + shape[0] - 1) % shape[0] * length;
            for (int c = 0; c < shape[1]; c++)
            {
                for (int row = top; row < bottom && left < right; row++)
                {
                    int place = c * plane + row * width + left;
                    values.AsSpan(from + place, right - left).CopyTo(mixed.AsSpan(n * length + place));
                }
            }
        }

        double share = 1 - (double)(right - left) * (bottom - top) / plane;
        var targets = Shares("CutMix", batch.Targets, classes);
        var shared = targets * share + targets.Roll([1], [0]) * (1 - share);
        return batch with { Inputs = Tensor.From(mixed, shape), Targets = shared.Clone() };
    }
}
