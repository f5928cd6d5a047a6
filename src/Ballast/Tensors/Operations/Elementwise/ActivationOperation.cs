using Ballast.Kernels;

namespace Ballast;

/// <summary>y = f(x), element by element, in the memory order of x. It joins a deferred x that may be joined: then the two are computed in
/// one pass over memory, and of what lies between them nothing is kept.</summary>
sealed class ActivationOperation : Operation
{
    readonly Pointwise function;
    readonly Values kept; // the result or the input, whichever the gradient is computed from

    ActivationOperation(Tensor x, Pointwise function, Values kept) : base(x) => (this.function, this.kept) = (function, kept.Hold());

    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, Pointwise function)
    {
        bool records = Records(x);
        if (!records && DeferredExpression.Map(function, x) is { } expression)
            return new Tensor(x.Shape, new Values(expression));
        if (x.Recipe?.Then(function, records) is { } joined)
        {
            var both = new Values(joined);
            return records ? Joined.Run(x, both) : new Tensor(x.Shape, both);
        }

        var source = x.Operand;
        var values = Loops.Map(function, source);
        if (!records)
            return new Tensor(x.Shape, values);
        var input = x.Values.TryOperand(x.Shape, out _) ? x.Values : new Values(source.Memory);
        return new ActivationOperation(x, function, function.KeepsResult ? values : input).Produce(x.Shape, values);
    }

    /// <summary>dx = g f'(x).</summary>
    public override void Backward(Values gradient)
    {
        kept.TryOperand(Output.Shape, out var operand);
        Give(First!, Loops.MapGradient(function, operand, gradient.ToOperand(Output.Shape)));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved() => kept.Release();

    /// <summary>The function as a part of the deferred value that it has joined.</summary>
    sealed class Joined : Operation
    {
        readonly Deferred both;

        Joined(Tensor x, Deferred both) : base(x) => this.both = both.Hold();

        public static Tensor Run(Tensor x, Values both) => new Joined(x, both.Recipe!).Produce(x.Shape, both);

        /// <inheritdoc/>
        public override void Backward(Values gradient) => Give(First!, both.Back(gradient));

        /// <inheritdoc/>
        protected override void ReleaseSaved() => both.Release();
    }
}

/// <summary>y = F(x), element by element, for a function that is written as a struct.</summary>
static class ActivationOperation<F>
    where F : struct, IActivation
{
    /// <summary>The forward pass.</summary>
    public static Tensor Run(Tensor x, in F function = default) => ActivationOperation.Run(x, Pointwise.Of(function));
}
