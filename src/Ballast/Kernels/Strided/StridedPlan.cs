using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Loop over the elements of up to four operands that lie in memory each under strides of its own.</summary>
/// <remarks>Operand 0 decides the order: its largest stride is outermost. Axes of size 1 are dropped, and neighbouring axes become
/// one where every operand allows it, so that equal dense operands are a single run and a broadcast row is two axes, whatever
/// shape they came from. The innermost axis is a run; the others are counted through by an odometer.</remarks>
unsafe struct StridedPlan
{
    /// <summary>The largest number of axes before merging.</summary>
    public const int MaxAxes = 8;

    /// <summary>The largest number of operands.</summary>
    public const int MaxOperands = 4;

    Axes sizes;
    OperandAxes strides;

    /// <summary>How many axes are left, at least one.</summary>
    public int Rank { get; private set; }

    /// <summary>How many operands there are.</summary>
    public int Operands { get; private set; }

    /// <summary>The number of elements.</summary>
    public long Length { get; private set; }

    /// <summary>The elements of a run: the size of the innermost axis.</summary>
    public readonly int Run => sizes[Rank - 1];

    /// <summary>The number of runs.</summary>
    public readonly long Runs => Length == 0 ? 0 : Length / Run;

    /// <summary>A loop over elements that lie side by side, in the same order in every operand.</summary>
    public static StridedPlan Line(int length, int operands)
    {
        var plan = new StridedPlan { Length = length, Operands = operands, Rank = 1 };
        plan.sizes[0] = length;
        for (int operand = 0; operand < operands; operand++)
            plan.strides[operand * MaxAxes] = 1;
        return plan;
    }

    /// <summary>Plans a loop over axes of the given sizes.</summary>
    /// <param name="sizes">The size of each axis.</param>
    /// <param name="strides">[operands, axes]: the distance between neighbours on each axis, in elements; 0 repeats one element.</param>
    public static StridedPlan Of(ReadOnlySpan<int> sizes, ReadOnlySpan<int> strides)
    {
        var plan = default(StridedPlan);
        int axes = sizes.Length;
        plan.Operands = axes == 0 ? MaxOperands : strides.Length / axes;
        plan.Length = 1;
        Span<int> order = stackalloc int[axes];
        int kept = 0;
        for (int axis = 0; axis < axes; axis++)
        {
            plan.Length *= sizes[axis];
            if (sizes[axis] == 1)
                continue;
            int at = kept++;
            for (; at > 0 && IsOuter(strides, axes, axis, order[at - 1]); at--)
                order[at] = order[at - 1];
            order[at] = axis;
        }

        for (int i = 0; i < kept; i++)
            plan.Append(sizes[order[i]], strides, axes, order[i]);
        if (plan.Rank == 0)
        {
            plan.Rank = 1;
            plan.sizes[0] = 1;
        }

        return plan;
    }

    // Whether an axis belongs outside another one: by the first operand whose strides on them differ and are not both broadcast.
    static bool IsOuter(ReadOnlySpan<int> strides, int axes, int axis, int other)
    {
        for (int start = 0; start < strides.Length; start += axes)
        {
            int a = Math.Abs(strides[start + axis]), b = Math.Abs(strides[start + other]);
            if (a != b)
                return a > b;
        }

        return false;
    }

    void Append(int size, ReadOnlySpan<int> from, int axes, int axis)
    {
        if (Rank > 0 && Joins(size, from, axes, axis))
        {
            sizes[Rank - 1] *= size;
            for (int operand = 0; operand < Operands; operand++)
                strides[operand * MaxAxes + Rank - 1] = from[operand * axes + axis];
            return;
        }

        sizes[Rank] = size;
        for (int operand = 0; operand < Operands; operand++)
            strides[operand * MaxAxes + Rank] = from[operand * axes + axis];
        Rank++;
    }

    readonly bool Joins(int size, ReadOnlySpan<int> from, int axes, int axis)
    {
        for (int operand = 0; operand < Operands; operand++)
        {
            if (strides[operand * MaxAxes + Rank - 1] != (long)from[operand * axes + axis] * size)
                return false;
        }

        return true;
    }

    /// <summary>The size of an axis.</summary>
    public readonly int Size(int axis) => sizes[axis];

    /// <summary>The distance between an operand's neighbours on an axis.</summary>
    public readonly nint Stride(int operand, int axis) => strides[operand * MaxAxes + axis];

    /// <summary>The distance between an operand's neighbours in a run.</summary>
    public readonly nint RunStride(int operand) => strides[operand * MaxAxes + Rank - 1];

    /// <summary>The same loop with one axis innermost, which then is the run; nothing is merged anew.</summary>
    public readonly StridedPlan WithRun(int axis)
    {
        var plan = this;
        for (int i = axis; i < Rank - 1; i++)
            plan.Swap(i, i + 1);
        return plan;
    }

    void Swap(int a, int b)
    {
        (sizes[a], sizes[b]) = (sizes[b], sizes[a]);
        for (int operand = 0; operand < Operands; operand++)
        {
            int row = operand * MaxAxes;
            (strides[row + a], strides[row + b]) = (strides[row + b], strides[row + a]);
        }
    }

    /// <summary>Stands at the beginning of a run.</summary>
    /// <param name="run">Which run, from 0 on.</param>
    /// <param name="inner">How many of the innermost axes the caller walks itself.</param>
    public readonly Odometer At(long run, int inner = 1)
    {
        var odometer = new Odometer { Outer = Rank - inner };
        for (int axis = odometer.Outer - 1; axis >= 0; axis--)
        {
            int position = (int)(run % sizes[axis]);
            run /= sizes[axis];
            odometer.Positions[axis] = position;
            for (int operand = 0; operand < Operands; operand++)
                odometer.Offsets[operand] += (nint)position * strides[operand * MaxAxes + axis];
        }

        return odometer;
    }

    /// <summary>Goes on to the next run.</summary>
    public readonly void Advance(ref Odometer odometer)
    {
        for (int axis = odometer.Outer - 1; axis >= 0; axis--)
        {
            bool carries = ++odometer.Positions[axis] == sizes[axis];
            nint steps = carries ? 1 - sizes[axis] : 1;
            for (int operand = 0; operand < Operands; operand++)
                odometer.Offsets[operand] += steps * strides[operand * MaxAxes + axis];
            if (!carries)
                return;
            odometer.Positions[axis] = 0;
        }
    }

    /// <summary>The place of a loop: a position on each outer axis and the offset of each operand there.</summary>
    public struct Odometer
    {
        /// <summary>How many axes are counted.</summary>
        public int Outer;

        /// <summary>The position on each of them.</summary>
        public Axes Positions;

        /// <summary>The offset of each operand, in elements.</summary>
        public OperandOffsets Offsets;
    }

    /// <summary>An integer for each axis.</summary>
    [InlineArray(MaxAxes)]
    public struct Axes
    {
        int first;
    }

    /// <summary>An offset for each operand.</summary>
    [InlineArray(MaxOperands)]
    public struct OperandOffsets
    {
        nint first;
    }

    [InlineArray(MaxAxes * MaxOperands)]
    struct OperandAxes
    {
        int first;
    }
}
