using Ballast.Kernels;

namespace Ballast;

/// <summary>y = f(x), element by element, in the memory order of x.</summary>
sealed class ActivationOperation<F> : Operation
    where F : struct, IActivation
{
    readonly F function;
    readonly Operand kept; // the result or the input, whichever the gradient is computed from

    ActivationOperation(Tensor x, in F function, in Operand kept) : base(x)
    {
        this.function = function;
        this.kept = kept.Hold();
    }

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, in F function = default)
    {
        if (x.Recipe?.Then(Pointwise.Of(function), Records(x)) is { } joined)
            return joined is ChannelAffine ? NormalizedActivationOperation.Run(x, joined) : new Tensor(x.Shape, new Values(joined));
        var source = x.Operand;
        var result = Loops.Map(function, source);
        var values = result.ToValues();
        return Records(x)
            ? new ActivationOperation<F>(x, function, F.KeepsResult ? result : source).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
    }

    /// <summary>dx = g f'(x).</summary>
    public override void Backward(Values gradient) =>
        Give(First!, Loops.MapGradient(function, kept, gradient.ToOperand(Output.Shape)));

    /// <inheritdoc/>
    protected override void ReleaseSaved() => kept.Release();
}
