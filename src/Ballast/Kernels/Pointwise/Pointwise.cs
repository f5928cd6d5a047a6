using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ballast.Kernels;

/// <summary>Function of single values with its gradient, as an object: a method for each place that it can stand in. An
/// <see cref="IActivation"/> is written once and has all of them by <see cref="Of"/>.</summary>
abstract unsafe class Pointwise
{
    /// <summary>ReLU, which costs so little that kernels apply it in their registers each time they read; others are computed once.</summary>
    public static Pointwise Relu { get; } = Of(default(ReluActivation));

    /// <summary>Whether the gradient is computed from the result, where that is in memory; else from the input.</summary>
    public abstract bool KeepsResult { get; }

    /// <summary>Whether the gradient can be computed from the input: what was joined before the function is computed again for it.</summary>
    public abstract bool TakesInput { get; }

    /// <summary>The function object of an activation.</summary>
    public static Pointwise Of<F>(in F function)
        where F : struct, IActivation => Pointwise<F>.Of(function);

    /// <summary>f(x).</summary>
    public abstract float Apply(float x);

    /// <summary>values[i] = f(values[i]), for values that were written a moment ago.</summary>
    public abstract void Apply(float* values, int count);

    /// <summary>y[i] = f(x[i]); y may be x.</summary>
    public abstract void Apply(float* x, float* y, int count);

    /// <summary>dx[i] = gradient[i] f'(kept[i]); dx may be either.</summary>
    public abstract void Gradient(float* kept, float* gradient, float* dx, int count);

    /// <summary>y = f(x), with the operands of <paramref name="plan"/> in this order.</summary>
    public abstract void Forward(in StridedPlan plan, float* y, float* x);

    /// <summary>dx = gradient f'(kept), with the operands of <paramref name="plan"/> in this order; dx may be where the gradient is.</summary>
    public abstract void Backward(in StridedPlan plan, float* dx, float* kept, float* gradient);

    /// <summary>to[i] = f((x[i] - center) scale + shift).</summary>
    /// <param name="x">The values that are normalized.</param>
    /// <param name="chunks">The batch's chunks, one alone where the function is not ReLU.</param>
    /// <param name="table">center, scale and shift, [3, C], for each chunk.</param>
    /// <param name="pitch">From one chunk's constants to the next one's.</param>
    /// <param name="to">Takes the results.</param>
    public abstract void MapNormalized(
        ReadOnlySpan<float> x, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to);

    /// <summary>to[i] = gradient[i] f'((x[i] - center) scale + shift).</summary>
    /// <inheritdoc cref="MapNormalized"/>
    public abstract void GateNormalized(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to);

    /// <summary>The same in one pass with the two sums that the normalization's gradient needs: of to, and of to times x - center.</summary>
    public abstract void GateNormalized(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table, Span<float> to,
        Span<double> sums, ChannelSums parts);
}

/// <summary>The places of one function.</summary>
sealed unsafe class Pointwise<F> : Pointwise
    where F : struct, IActivation
{
    static Pointwise<F>? last;

    readonly F function;

    Pointwise(in F function) => this.function = function;

    /// <inheritdoc/>
    public override bool KeepsResult => F.KeepsResult;

    /// <inheritdoc/>
    public override bool TakesInput => F.TakesEither || !F.KeepsResult;

    /// <summary>The object of a function: the one made last, where it has the same constants.</summary>
    public static Pointwise<F> Of(in F function)
    {
        var made = last;
        if (made is null || !Bytes(made.function).SequenceEqual(Bytes(function)))
            last = made = new Pointwise<F>(function);
        return made;
    }

    static ReadOnlySpan<byte> Bytes(in F function) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<F, byte>(ref Unsafe.AsRef(in function)), Unsafe.SizeOf<F>());

    /// <inheritdoc/>
    public override float Apply(float x) => function.Apply<SimdScalar, float>(x);

    /// <inheritdoc/>
    public override void Apply(float* values, int count) => Activations.Forward(function, values, values, count);

    /// <inheritdoc/>
    public override void Apply(float* x, float* y, int count) => Activations.Forward(function, y, x, count);

    /// <inheritdoc/>
    public override void Gradient(float* kept, float* gradient, float* dx, int count) =>
        Activations.Backward(function, dx, kept, gradient, count);

    /// <inheritdoc/>
    public override void Forward(in StridedPlan plan, float* y, float* x) => Activations.Forward(function, plan, y, x);

    /// <inheritdoc/>
    public override void Backward(in StridedPlan plan, float* dx, float* kept, float* gradient) =>
        Activations.Backward(function, plan, dx, kept, gradient);

    /// <inheritdoc/>
    public override void MapNormalized(
        ReadOnlySpan<float> x, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to)
    {
        if (typeof(F) == typeof(ReluActivation))
            chunks.Map<AffineReluMap>(x, default, table, pitch, default, to);
        else
            ChannelActivations.Map(x, chunks.Whole.PerChannel, chunks.Whole.C, table, function, to);
    }

    /// <inheritdoc/>
    public override void GateNormalized(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelChunks chunks, ReadOnlySpan<float> table, int pitch, Span<float> to)
    {
        if (typeof(F) == typeof(ReluActivation))
            chunks.Map<GateMap<ReluGate>>(x, gradient, table, pitch, default, to);
        else
            GateNormalized(x, gradient, chunks.Whole, table, to, new double[2 * chunks.Whole.C], new ChannelSums());
    }

    /// <inheritdoc/>
    public override void GateNormalized(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table, Span<float> to,
        Span<double> sums, ChannelSums parts) =>
        ChannelGates.Apply(x, gradient, layout.PerChannel, layout.C, table, function, to, sums, parts);
}
