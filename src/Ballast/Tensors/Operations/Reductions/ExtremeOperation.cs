using Ballast.Kernels;

namespace Ballast;

/// <summary>A value of some of x's elements along axes, such as the largest: those that are equal to it share its gradient.</summary>
sealed class ExtremeOperation : Operation
{
    readonly Operand x;
    readonly Operand extreme; // of the kept shape

    ExtremeOperation(Tensor x, Operand extreme) : base(x)
    {
        this.x = x.Operand.Hold();
        this.extreme = extreme.Hold();
    }

    /// <summary>The forward pass: the largest or the smallest value.</summary>
    public static Tensor Run<R>(Tensor x, ReducedAxes axes, bool keepAxes)
        where R : struct, IReduction
    {
        axes.RequireValues();
        bool largest = float.IsNegativeInfinity(R.Identity);
        if (Backend.Current is { } other)
            return other.Apply(largest ? "amax" : "amin", x, ("axes", axes.Reduced), ("keep_axes", keepAxes));
        if (WholeReductions.Takes(x))
            return largest ? WholeReductions.Largest(x, axes, keepAxes) : WholeReductions.Smallest(x, axes, keepAxes);
        return Run(x, axes.Kept, axes.Result(keepAxes), Loops.Reduce<R>(x.Operand, axes.Kept));
    }

    /// <summary>The same for values that are there already.</summary>
    public static Tensor Run(Tensor x, Shape kept, Shape shape, Values extreme)
    {
        if (!Records(x))
            return new Tensor(shape, extreme);
        extreme.TryOperand(kept, out var operand);
        return new ExtremeOperation(x, operand).Produce(shape, extreme);
    }

    /// <summary>dx = g / n at the n elements that are equal to the extreme one, 0 elsewhere.</summary>
    public override void Backward(Values gradient)
    {
        int length = extreme.Shape.Length;
        var counts = Loops.Reduce<SumReduction, SameValue>(x, extreme, extreme.Shape).Read(length);
        var share = gradient.ReadExclusive(length);
        Elementwise.Zip<Divide>(share.Span(length), counts.Span(length), share.Span(length));
        counts.Release();
        Operand each = new(share, extreme.Layout);
        Give(First!, Loops.Zip<ShareOfSame>(x, extreme, each, x.Shape));
        each.Release();
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        x.Release();
        extreme.Release();
    }
}
