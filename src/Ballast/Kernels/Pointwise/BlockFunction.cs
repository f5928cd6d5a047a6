namespace Ballast.Kernels;

/// <summary>A function of one or two values, applied to blocks of them: a step of a <see cref="BlockProgram"/>.</summary>
abstract unsafe class BlockFunction
{
    /// <summary>to[i] = f(x[i], y[i]). A stride is 1, or 0 for an operand of one value; to may be one of the operands.</summary>
    public abstract void Run(float* x, int stepX, float* y, int stepY, float* to, int count);

    /// <summary>Whether there is a second operand.</summary>
    public abstract bool IsBinary { get; }
}

/// <summary>F(x, y).</summary>
sealed unsafe class BinaryBlock<F> : BlockFunction
    where F : struct, IBinary
{
    /// <summary>The one there is.</summary>
    public static readonly BinaryBlock<F> Instance = new();

    /// <inheritdoc/>
    public override bool IsBinary => true;

    /// <inheritdoc/>
    public override void Run(float* x, int stepX, float* y, int stepY, float* to, int count) =>
        StridedMaps.ZipRun<F>(x, stepX, y, stepY, to, count);
}

/// <summary>f(x).</summary>
sealed unsafe class UnaryBlock(Pointwise function) : BlockFunction
{
    /// <inheritdoc/>
    public override bool IsBinary => false;

    /// <inheritdoc/>
    public override void Run(float* x, int stepX, float* y, int stepY, float* to, int count)
    {
        if (stepX == 1)
            function.Apply(x, to, count);
        else
            new Span<float>(to, count).Fill(function.Apply(*x));
    }
}
