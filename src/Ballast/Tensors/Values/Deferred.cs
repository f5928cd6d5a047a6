using Ballast.Kernels;

namespace Ballast;

/// <summary>Values that are computed when somebody reads them. A reader asks questions of them, each with one meaning, and takes what is
/// answered; the answer that every question has by default is no, and then the reader reads, which computes the values once. So no
/// operation has to know what another one defers.</summary>
/// <remarks>A deferred value holds the memory it reads from and copies of the small things it needs, so that it always gives the values
/// of the moment it was made. Gradient rules and readers name this class and never one that derives from it.</remarks>
abstract class Deferred
{
    const string EagerVariable = "BALLAST_EAGER";

    static readonly EnvironmentSwitch Eager = EnvironmentSwitches.Read(EagerVariable);

    [ThreadStatic] static bool offOnThread;

    int holders = 1;

    /// <summary>Whether results are computed at once on this thread, and no operation finds another one's deferred value.</summary>
    public static bool IsOff
    {
        get => Eager.IsOn(EagerVariable) || offOnThread;
        set => offOnThread = value;
    }

    /// <summary>Whether there is one holder alone.</summary>
    public bool IsExclusive => holders == 1;

    /// <summary>The type of the values.</summary>
    public virtual ElementType Type => ElementType.Float32;

    /// <summary>The order of [N, C, ...] in which the values are computed; of length 0 where they have none but row-major.</summary>
    public virtual ChannelLayout Order => default;

    /// <summary>Computes all values, row-major.</summary>
    public abstract void Write(Span<float> destination);

    /// <summary>All values row-major in fresh memory.</summary>
    public virtual Buffer Compute(int length)
    {
        var computed = Buffer.Rent(length);
        Write(computed.Span(length));
        return computed;
    }

    /// <summary>All values row-major in memory that this keeps for as long as it is held itself: for values that lie in memory in
    /// another order.</summary>
    public virtual Buffer RowMajor(int length) => throw new System.Diagnostics.UnreachableException();

    /// <summary>The values in the order of <see cref="Order"/>, which is not the default, with a hold of the caller's own. They are computed
    /// once: all who hold this find the same memory.</summary>
    public virtual Buffer HoldInOrder() => throw new System.Diagnostics.UnreachableException();

    /// <summary>The values in memory, in the order that is cheapest to compute, with a hold of the caller's own.</summary>
    public virtual Values Settle(Shape shape) => new(Compute(shape.Length));

    /// <summary>Do you lie in memory already? Where, under a shape of as many values.</summary>
    public virtual bool TryOperand(Shape shape, out Operand operand)
    {
        operand = default;
        return false;
    }

    /// <summary>Do you lie in memory that nobody else holds? It may be written over by the one holder.</summary>
    public virtual Buffer? Exclusive => null;

    /// <summary>Can one channel of [N, C, ...] be had alone? Its values, sample by sample.</summary>
    public virtual bool TryWriteChannel(Shape shape, int channel, Span<float> destination) => false;

    /// <summary>May a function of single values join you? The same values after it, a deferred value with holds of its own; null where
    /// these are to be computed, and the function applied to that.</summary>
    /// <param name="function">The function.</param>
    /// <param name="recorded">Whether a backward pass may come, which then asks the result by <see cref="Back"/>.</param>
    public virtual Deferred? Then(Pointwise function, bool recorded) => null;

    /// <summary>May others of the same shape be added to you (<see cref="Plus"/>), where no gradient is recorded? Otherwise both are to be
    /// computed, and then added.</summary>
    public virtual bool TakesSummand => false;

    /// <summary>The sum, a deferred value with holds of its own.</summary>
    /// <param name="other">The other values in the order of <see cref="Order"/>; the hold on them is taken over.</param>
    public virtual Deferred Plus(Buffer other) => throw new System.Diagnostics.UnreachableException();

    /// <summary>Are you an element-wise expression? Other expressions take your steps (<see cref="TryJoin"/>), and all other readers find
    /// you computed.</summary>
    public virtual bool IsExpression => false;

    /// <summary>May your steps be part of a larger expression? The number of your result in it; no where they have been computed, are part
    /// of one already, or are too many.</summary>
    public virtual bool TryJoin(ref ExpressionBuilder builder, out int result)
    {
        result = 0;
        return false;
    }

    /// <summary>What is the gradient before the function that has joined you? Only asked of what <see cref="Then"/> made.</summary>
    /// <param name="gradient">The gradient of these values, which is taken over.</param>
    public virtual Values Back(Values gradient) => throw new System.Diagnostics.UnreachableException();

    /// <summary>Can a kernel apply you while it reads images with channels last? Its prologue, good for as long as this is held.</summary>
    public virtual bool TryOpen(ChannelLayout layout, out ImagePrologue prologue)
    {
        prologue = default;
        return false;
    }

    /// <summary>Can a product apply you while it reads the rows of a matrix? Its prologue, good for as long as this is held.</summary>
    public virtual bool TryOpenRows(int rows, int columns, out RowPrologue prologue)
    {
        prologue = default;
        return false;
    }

    /// <summary>Are you a gradient that has not passed yet the function that joined this normalization? The gradient after the function,
    /// without a hold of the caller's own.</summary>
    /// <param name="normalization">The table of constants, which tells which normalization.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="function">The function.</param>
    public virtual bool TryGate(Buffer normalization, out Values gradient, out Pointwise function)
    {
        (gradient, function) = (default, null!);
        return false;
    }

    /// <summary>Are you the gradient of a max pool's input? The gradient of its result, without a hold of the caller's own.</summary>
    public virtual bool TryPooled(out PooledGradient gradient)
    {
        gradient = default;
        return false;
    }

    /// <summary>Are the mean and the biased variance of each channel known, because the kernel that wrote you took them along? [2, C], in
    /// double, good for as long as this is held.</summary>
    public virtual bool TryMoments(ChannelLayout layout, out ReadOnlySpan<double> moments)
    {
        moments = default;
        return false;
    }

    /// <summary>In how many blocks can you be read, each while it is hot, rather than from memory? 0: in none.</summary>
    public virtual int Blocks => 0;

    /// <summary>Gives all blocks to a reader.</summary>
    /// <param name="reader">Takes the blocks, on several threads.</param>
    /// <param name="backwards">From the last to the first: a caller that alternates finds the end of one pass still in cache.</param>
    public virtual void ReadBlocks(BlockReader reader, bool backwards) => throw new System.Diagnostics.UnreachableException();

    /// <summary>Can you be multiplied without being computed? The product, a deferred value with holds of its own.</summary>
    public virtual Deferred? Times(float factor) => null;

    /// <summary>Does another backend hold you? It does then what is done to a gradient: <see cref="SumElsewhere"/>, <see cref="Times"/> and
    /// <see cref="ClampedElsewhere"/>.</summary>
    public virtual bool IsElsewhere => false;

    /// <summary>The sum with other values, which may lie anywhere, made by the backend that holds these. Both holds are taken over.</summary>
    public virtual Deferred SumElsewhere(Values other, int length) => throw new System.Diagnostics.UnreachableException();

    /// <summary>The values brought into the range from -limit to limit, by the backend that holds them.</summary>
    public virtual Deferred ClampedElsewhere(float limit) => throw new System.Diagnostics.UnreachableException();

    /// <summary>One more holder.</summary>
    public Deferred Hold()
    {
        Interlocked.Increment(ref holders);
        return this;
    }

    /// <summary>One holder fewer; the last one lets go of what this reads from.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref holders) == 0)
            ReleaseSources();
    }

    /// <summary>Lets go of all memory.</summary>
    protected abstract void ReleaseSources();
}

/// <summary>The gradient of a max pool's result, for readers that find the largest value of each window again.</summary>
/// <param name="Values">[N, OutH, OutW, C].</param>
/// <param name="Shape">The pool's sizes.</param>
readonly record struct PooledGradient(Buffer Values, PoolShape Shape);
