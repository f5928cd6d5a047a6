using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Single elements by their positions on an axis: each position stands for an element at its own place on the other axes.</summary>
static unsafe class IndexedElements
{
    /// <summary>to = from[position], element by element.</summary>
    /// <param name="plan">The loop: operand 0 is the destination, operand 1 the positions, operand 2 the source without the axis.</param>
    /// <param name="to">The destination's first element.</param>
    /// <param name="positions">The first position, each within the source's axis.</param>
    /// <param name="from">The source's first element.</param>
    /// <param name="step">The distance of neighbours on the source's axis.</param>
    public static void Gather<T>(in StridedPlan plan, T* to, long* positions, T* from, nint step)
        where T : unmanaged =>
        RunParts.Share(plan, new GatherRuns<T> { To = to, Positions = positions, From = from, Step = step });

    /// <summary>to[position] = from, element by element in the order of the positions: where several meet, the last one stays.</summary>
    /// <param name="plan">The loop: operand 0 is the positions, operand 1 the destination without the axis, operand 2 the source.</param>
    /// <param name="positions">The first position, each within the destination's axis.</param>
    /// <param name="to">The destination's first element.</param>
    /// <param name="step">The distance of neighbours on the destination's axis.</param>
    /// <param name="from">The source's first element.</param>
    public static void Put<T>(in StridedPlan plan, long* positions, T* to, nint step, T* from)
        where T : unmanaged
    {
        var at = plan.At(0);
        nint stepPosition = plan.RunStride(0), stepTo = plan.RunStride(1), stepFrom = plan.RunStride(2);
        for (long run = 0; run < plan.Runs; run++)
        {
            for (int i = 0; i < plan.Run; i++)
                to[at.Offsets[1] + i * stepTo + (nint)positions[at.Offsets[0] + i * stepPosition] * step] = from[at.Offsets[2] + i * stepFrom];
            plan.Advance(ref at);
        }
    }

    /// <summary>to[position] += from, element by element in the order of the positions.</summary>
    /// <inheritdoc cref="Put"/>
    public static void Add<T>(in StridedPlan plan, long* positions, T* to, nint step, T* from)
        where T : unmanaged, INumber<T>
    {
        var at = plan.At(0);
        nint stepPosition = plan.RunStride(0), stepTo = plan.RunStride(1), stepFrom = plan.RunStride(2);
        for (long run = 0; run < plan.Runs; run++)
        {
            for (int i = 0; i < plan.Run; i++)
                to[at.Offsets[1] + i * stepTo + (nint)positions[at.Offsets[0] + i * stepPosition] * step] += from[at.Offsets[2] + i * stepFrom];
            plan.Advance(ref at);
        }
    }

    struct GatherRuns<T> : IRunWork
        where T : unmanaged
    {
        public T* To, From;
        public long* Positions;
        public nint Step;

        public readonly void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length)
        {
            nint stepTo = plan.RunStride(0), stepPosition = plan.RunStride(1), stepFrom = plan.RunStride(2);
            Loop(To + at.Offsets[0] + start * stepTo, stepTo, Positions + at.Offsets[1] + start * stepPosition, stepPosition,
                From + at.Offsets[2] + start * stepFrom, stepFrom, Step, length);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Loop(T* to, nint stepTo, long* positions, nint stepPosition, T* from, nint stepFrom, nint step, int length)
        {
            for (int i = 0; i < length; i++)
                to[i * stepTo] = from[i * stepFrom + (nint)positions[i * stepPosition] * step];
        }
    }
}
