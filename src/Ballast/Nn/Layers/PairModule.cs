namespace Ballast;

/// <summary>A module of two inputs: <see cref="CosineSimilarity"/>, <see cref="PairwiseDistance"/>, <see cref="Bilinear"/>.</summary>
public abstract class PairModule : Module
{
    private protected PairModule()
    {
    }

    /// <summary>The output for two inputs.</summary>
    public Tensor Forward(Tensor first, Tensor second)
    {
        var output = Compute(first, second);
        Show([first, second], output);
        return output;
    }

    private protected abstract Tensor Compute(Tensor first, Tensor second);

    /// <summary>Not possible: there are two inputs.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation($"{this} has two inputs, got one {input.Shape}. Call Forward(first, second).");
        return input;
    }
}
