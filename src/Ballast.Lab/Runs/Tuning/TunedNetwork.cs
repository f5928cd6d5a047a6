namespace Ballast.Lab;

/// <summary>A body that was read from a file, and a linear head for some classes: <c>body</c> and <c>head</c> in the state's keys.</summary>
public sealed class TunedNetwork : Module
{
    /// <summary>Puts a head onto a body, drawing its weights from <see cref="Generator.Default"/>.</summary>
    /// <param name="body">The body, which makes features [N, F] or [N, C, ...] of a batch.</param>
    /// <param name="sample">One sample, without a batch axis.</param>
    /// <param name="classes">How many classes the head tells apart.</param>
    /// <exception cref="ArgumentException">The body does not take such samples.</exception>
    public TunedNetwork(Module body, Shape sample, int classes)
    {
        Body = Register("body", body);
        using (Tensor.NoGrad())
        {
            body.Eval();
            var features = body.Forward(Tensor.Zeros(sample.Batched(1)));
            Head = Register("head", new Linear(features.Length, classes));
        }

        Train();
    }

    /// <summary>The body.</summary>
    public Module Body { get; }

    /// <summary>The head.</summary>
    public Linear Head { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var features = Body.Forward(input);
        return Head.Forward(features.Shape.Rank == 2 ? features : features.Reshape([features.Shape[0], Head.InFeatures]));
    }
}
