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
    /// <param name="to">The panels, one after the other.</param>
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
                Turns = strideJ != 1 && strideColumn != 1 && tapCount >= FourByFour.Size ? Step(taps) : 0,
            };
            int parts = (columns + Work.Widest - 1) / Work.Widest;
            Workers.Run(work, parts, (long)tapCount * length * columns);
        }
    }

    // 1 or -1 where segments begin side by side, forwards or backwards; else 0.
    static int Step(ReadOnlySpan<nint> taps)
    {
        nint step = taps[1] - taps[0];
        for (int t = 2; t < taps.Length; t++)
        {
            if (taps[t] - taps[t - 1] != step)
                return 0;
        }

        return step is 1 or -1 ? (int)step : 0;
    }

    struct Work : IWork, IWideWork
    {
        // So many rows of all panels are copied before the next ones: a row alone of each panel would ask for another page with each line.
        const int BlockRows = 128;

        public float* From, To;
        public nint* Taps;
        public int TapCount, Length, Columns, Turns;
        public nint StrideJ, StrideColumn;

        public static int Widest => 2 * Panels.Lanes;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int panel = first; Turns != 0 && panel < last; panel++)
                Turn<S, V>(panel);
            if (Turns != 0)
                return;
            int rows = StrideColumn == 1 ? BlockRows : Length;
            for (int t = 0; t < TapCount; t++)
            {
                for (int j = 0; j < Length; j += rows)
                {
                    for (int panel = first; panel < last; panel++)
                        Pack<S, V>(panel, t, j, Math.Min(rows, Length - j));
                }
            }
        }

        // A panel whose segments begin side by side: the values of all of them with the same j are.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Turn<S, V>(int panel)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int column = panel * Widest, width = Panels.Width<S, V>(Columns - column), valid = Math.Min(width, Columns - column);
            nint segment = (nint)Length * width, last = TapCount - 1;
            float* from = From + column * StrideColumn + Math.Min(Taps[0], Taps[last]);
            float* to = To + (nint)column * TapCount * Length;
            if (valid < width)
                new Span<float>(to, TapCount * Length * width).Clear();
            if (Turns < 0)
                to += last * segment;
            for (int j = 0; j < Length; j++, from += StrideJ, to += width)
                FourByFour.TurnColumns(from, StrideColumn, valid, TapCount, to, Turns * segment);
        }

        // Some rows of a segment of a panel.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Pack<S, V>(int panel, int t, int first, int count)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int column = panel * Widest, left = Columns - column, width = Panels.Width<S, V>(left), valid = Math.Min(width, left);
            float* from = From + Taps[t] + first * StrideJ + column * StrideColumn;
            float* to = To + (nint)column * TapCount * Length + ((nint)t * Length + first) * width;
            if (StrideColumn == 1)
            {
                CopyRows<S, V>(from, count, valid, to, width);
                return;
            }

            if (StrideJ == 1)
                FourByFour.TurnColumns(from, StrideColumn, valid, count, to, width);
            else
                Gather(from, count, valid, to, width);
            for (int j = 0; valid < width && j < count; j++)
                new Span<float>(to + (nint)j * width + valid, width - valid).Clear();
        }

        readonly void Gather(float* from, int count, int valid, float* to, int width)
        {
            for (int j = 0; j < count; j++, to += width, from += StrideJ)
            {
                for (int c = 0; c < valid; c++)
                    to[c] = from[c * StrideColumn];
            }
        }

        // Columns that lie side by side. A mask leaves zeros where there are none.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void CopyRows<S, V>(float* from, int count, int valid, float* to, int width)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V left = S.First(valid), right = S.First(valid - S.Width);
            for (int j = 0; j < count; j++, to += width, from += StrideJ)
            {
                S.Store(to, valid == width ? S.Load(from) : S.LoadSome(from, left));
                if (width > S.Width)
                    S.Store(to + S.Width, valid == width ? S.Load(from + S.Width) : S.LoadSome(from + S.Width, right));
            }
        }
    }
}
