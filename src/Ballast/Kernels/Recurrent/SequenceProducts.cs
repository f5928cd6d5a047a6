using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The products of the rows of some sequences and steps with one operand.</summary>
static unsafe class SequenceProducts
{
    /// <summary>The rows of steps that are in work at once: the second-level cache has room for their products and gradients.</summary>
    public const int StretchRows = 256;

    /// <summary>The sequences of a step that are in work at once.</summary>
    public const int GroupRows = 64;

    /// <summary>y[row of step and sequence] = a[row of step and sequence] b.</summary>
    /// <param name="ofA">Where the rows of a lie.</param>
    /// <param name="a">a, with rows of <paramref name="depth"/> values.</param>
    /// <param name="depth">The length of a row of a.</param>
    /// <param name="panels">b as <see cref="PackedPanels"/>.</param>
    /// <param name="ofY">Where the rows of y lie.</param>
    /// <param name="y">The result.</param>
    /// <param name="columns">The length of a row of y.</param>
    /// <param name="steps">The steps, counted in the order in which they are gone through.</param>
    /// <param name="sequences">The sequences.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<S, V>(
        in SequenceRows ofA, float* a, int depth, float* panels, in SequenceRows ofY, float* y, int columns, Range steps, Range sequences)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float** from = stackalloc float*[StretchRows];
        float** to = stackalloc float*[StretchRows];
        int count = 0;
        for (int i = steps.Start.Value; i < steps.End.Value; i++)
        {
            int step = ofA.Step(i), last = Math.Min(sequences.End.Value, ofA.Count(step));
            for (int b = sequences.Start.Value; b < last; b++)
            {
                from[count] = a + ofA.Row(step, b) * depth;
                to[count] = y + ofY.Row(step, b) * columns;
                if (++count < StretchRows)
                    continue;
                PointedRows.Multiply<S, V>(from, to, count, panels, depth, columns);
                count = 0;
            }
        }

        if (count > 0)
            PointedRows.Multiply<S, V>(from, to, count, panels, depth, columns);
    }
}
