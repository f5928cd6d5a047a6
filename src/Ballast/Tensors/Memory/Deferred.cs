namespace Ballast;

/// <summary>Values held as a small recipe until somebody reads them. An operation that knows the recipe takes it as it is and
/// saves a pass over memory; any other reads, and reading computes the values once. A recipe holds the memory it reads
/// from and copies of the small things it needs, so that it always gives the values of the moment it was made.</summary>
abstract class Deferred
{
    static readonly bool OffByEnvironment = Environment.GetEnvironmentVariable("BALLAST_EAGER") is "1" or "true";

    [ThreadStatic] static bool offOnThread;

    int holders = 1;

    /// <summary>Whether results are computed at once on this thread, and no operation finds another one's recipe.</summary>
    public static bool IsOff
    {
        get => OffByEnvironment || offOnThread;
        set => offOnThread = value;
    }

    /// <summary>Whether there is one holder alone.</summary>
    public bool IsExclusive => holders == 1;

    /// <summary>The type of the values.</summary>
    public virtual ElementType Type => ElementType.Float32;

    /// <summary>Computes all values, row-major.</summary>
    public abstract void Write(Span<float> destination);

    /// <summary>All values row-major in fresh memory.</summary>
    public virtual Buffer Compute(int length)
    {
        var computed = Buffer.Rent(length);
        Write(computed.Span(length));
        return computed;
    }

    /// <summary>All values row-major in memory that this recipe keeps for as long as it is held itself: for values that lie in memory in
    /// another order.</summary>
    public virtual Buffer RowMajor(int length) => throw new System.Diagnostics.UnreachableException();

    /// <summary>Whether the values lie in memory already, and where, under a shape of as many values.</summary>
    public virtual bool TryOperand(Shape shape, out Operand operand)
    {
        operand = default;
        return false;
    }

    /// <summary>The values in memory, in the order that is cheapest to compute, with a hold of the caller's own.</summary>
    public virtual Values Settle(Shape shape) => new(Compute(shape.Length));

    /// <summary>May a function of single values join these? The same values after it, a deferred value with holds of its own; null where
    /// these are to be computed, and the function applied to that.</summary>
    /// <param name="function">The function.</param>
    /// <param name="recorded">Whether a backward pass may come, which then asks the result for its gradient.</param>
    public virtual Deferred? Then(Kernels.Pointwise function, bool recorded) => null;

    /// <summary>May others of the same shape be added to these, where no gradient is recorded? The sum, a deferred value with holds of its
    /// own; null where both are to be computed, and then added.</summary>
    public virtual Deferred? Plus(Tensor other) => null;

    /// <summary>One more holder.</summary>
    public Deferred Hold()
    {
        Interlocked.Increment(ref holders);
        return this;
    }

    /// <summary>One holder fewer; the last one lets go of what the recipe reads from.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
            ReleaseSources();
    }

    /// <summary>Lets go of the memory that the recipe reads from.</summary>
    protected abstract void ReleaseSources();
}
