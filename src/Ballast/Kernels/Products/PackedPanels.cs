using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Packs the columns of an operand into panels for <see cref="Panels"/>.</summary>
static unsafe class PackedPanels
{
    /// <summary>How many floats the packed operand has.</summary>
    public static int Length(int depth, int columns) => depth * Panels.Padded(columns);

    /// <summary>to[panel][t, j, c] = from[taps[t] + j strideJ + c strideColumn], with zeros past the last column.</summary>
    /// <param name="from">The operand.</param>
    /// <param name="taps">Where each segment of the depth begins.</param>
    /// <param name="tapCount">How many segments there are.</param>
    /// <param name="length">The depth of a segment.</param>
    /// <param name="strideJ">From one value of a segment to the next.</param>
    /// <param name="columns">How many columns there are.</param>
    /// <param name="strideColumn">From one column to the next.</param>
    /// <param name="to">The panels, one behind the other.</param>
    public static void Pack(
        float* from, ReadOnlySpan<nint> taps, int tapCount, int length, nint strideJ, int columns, nint strideColumn,
        float* to)
    {
        fixed (nint* offsets = taps)
        {
            var work = new Work
            {
                From = from,
                Taps = offsets,
                TapCount = tapCount,
                Length = length,
                StrideJ = strideJ,
                Columns = columns,
                StrideColumn = strideColumn,
                To = to,
            };
            int parts = (columns + Work.Widest - 1) / Work.Widest;
            Workers.Run(work, parts, (long)tapCount * length * columns);
        }
    }

    struct Work : IWork
    {
        public float* From, To;
        public nint* Taps;
        public int TapCount, Length, Columns;
        public nint StrideJ, StrideColumn;

        public static int Widest => 2 * Panels.Lanes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int first, int last)
        {
            for (int panel = first; panel < last; panel++)
            {
                int column = panel * Widest, left = Columns - column;
                int width = left > Panels.Lanes ? Widest : Panels.Lanes, valid = Math.Min(width, left);
                float* to = To + (nint)column * TapCount * Length;
                for (int t = 0; t < TapCount; t++)
                {
                    float* from = From + Taps[t] + column * StrideColumn;
                    if (StrideJ == 1 && StrideColumn != 1)
                    {
                        FourByFour.TurnColumns(from, StrideColumn, valid, Length, to, width);
                        for (int j = 0; j < Length && valid < width; j++)
                            new Span<float>(to + j * width + valid, width - valid).Clear();
                        to += (nint)width * Length;
                        continue;
                    }

                    for (int j = 0; j < Length; j++, to += width, from += StrideJ)
                    {
                        if (StrideColumn == 1)
                        {
                            new ReadOnlySpan<float>(from, valid).CopyTo(new Span<float>(to, valid));
                        }
                        else
                        {
                            for (int c = 0; c < valid; c++)
                                to[c] = from[c * StrideColumn];
                        }

                        for (int c = valid; c < width; c++)
                            to[c] = 0;
                    }
                }
            }
        }
    }
}
