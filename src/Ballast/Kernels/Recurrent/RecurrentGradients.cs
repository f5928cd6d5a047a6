using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The way back through a recurrent layer whose sequences the threads share out, some steps at a time: what they give for the products
/// becomes gradients of the input and of the weights while it is in the second-level cache, and is never in memory as a whole.</summary>
unsafe struct RecurrentGradients
{
    /// <summary>The steps. Its gradients have room for as many rows as <see cref="Room"/> says.</summary>
    public RecurrentBackward Pass;

    /// <summary>Where the gradient of each step begins: an array that <see cref="RecurrentBackward.Slots"/> reads.</summary>
    public int* Offsets;

    /// <summary>How many values a step of the input has.</summary>
    public int Inputs;

    /// <summary>[rows, inputs]: the input, and its gradient; the latter null for none.</summary>
    public float* X, DX;

    /// <summary>The input's weights [gates hidden, inputs] as <see cref="PackedPanels"/>; null without a gradient of the input.</summary>
    public float* InputWeights;

    /// <summary>Room for rows of the input, and of the states before.</summary>
    public float* XRows, BeforeRows;

    /// <summary>The gradients of the weights, [gates hidden, inputs] and [gates hidden, hidden]; null for none.</summary>
    public float* DInput, DHidden;

    /// <summary>The rows that are in work at once, at most.</summary>
    public static int Room(int batch) => Math.Max(batch, SequenceProducts.StretchRows);

    /// <summary>Runs all steps.</summary>
    public readonly void Run<G>()
        where G : struct, IGates
    {
        var places = Pass.Rows;
        int tiles = (places.Batch + Panels.Rows - 1) / Panels.Rows, width = G.Count * Pass.Hidden;
        for (int last = places.Steps, first; last > 0; last = first)
        {
            int rows = 0;
            for (first = last; first > 0; first--)
            {
                int step = places.Step(first - 1), count = places.Count(step);
                if (rows > 0 && rows + count > SequenceProducts.StretchRows)
                    break;
                Offsets[step] = rows;
                rows += count;
            }

            bool add = last < places.Steps;
            Workers.Run(new Work<G> { All = this, First = first, Last = last }, tiles, (long)rows * width * Pass.Hidden, SharedFrom.Products);
            Sum(Pass.InputGradient, XRows, rows, width, Inputs, DInput, add);
            Sum(Pass.HiddenGradient, BeforeRows, rows, width, Pass.Hidden, DHidden, add);
        }
    }

    // sums += gradients^T values.
    static void Sum(float* gradients, float* values, int rows, int width, int columns, float* sums, bool add)
    {
        if (sums is not null)
        {
            ColumnProducts.Compute(
                gradients, width, 1, new RowPrologue(values, columns), rows, width, columns, new ColumnProducts.ToMemory(sums, columns), add: add);
        }
    }

    // Parts are tiles of eight sequences, with all steps of a stretch.
    struct Work<G> : IWork, IWideWork
        where G : struct, IGates
    {
        public RecurrentGradients All;
        public int First, Last;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var all = All;
            var pass = all.Pass;
            int width = G.Count * pass.Hidden;
            (first, last) = (first * Panels.Rows, Math.Min(last * Panels.Rows, pass.Rows.Batch));
            for (int i = Last - 1; i >= First; i--)
            {
                int step = pass.Rows.Step(i);
                pass.Return<G, S, V>(step, first, last, kept: i == Last - 1);
                pass.Keep(step, first, last, width, always: i == First);
                all.Gather(step, first, last);
            }

            if (all.DX is not null)
            {
                SequenceProducts.Multiply<S, V>(
                    pass.Slots, pass.InputGradient, width, all.InputWeights, pass.Rows, all.DX, all.Inputs, First..Last, first..last);
            }
        }
    }

    // Copies the input and the states before of a step to where its gradients are.
    readonly void Gather(int step, int first, int last)
    {
        var places = Pass.Rows;
        int before = places.Before(step), hidden = Pass.Hidden;
        last = Math.Min(last, places.Count(step));
        for (int b = first; b < last; b++)
        {
            nint slot = Pass.Slots.Row(step, b);
            if (DInput is not null)
                Copy(X + places.Row(step, b) * Inputs, XRows + slot * Inputs, Inputs);
            if (DHidden is not null)
            {
                float* state = b < places.Count(before) ? Pass.Output + places.Row(before, b) * hidden : Pass.First + (nint)b * hidden;
                Copy(state, BeforeRows + slot * hidden, hidden);
            }
        }
    }

    static void Copy(float* from, float* to, int length) => new ReadOnlySpan<float>(from, length).CopyTo(new Span<float>(to, length));
}
