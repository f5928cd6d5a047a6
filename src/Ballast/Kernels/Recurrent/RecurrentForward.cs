using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>All steps of a recurrent layer in one direction: each step is a product of the state before with the weights, up to 64 sequences by one
/// register of units, whose gates follow while the product is in the first-level cache. Threads share out the sequences, and then take the
/// products of the input some steps at a time, just before the steps need them; or they share out the units of each step.</summary>
unsafe struct RecurrentForward
{
    // Weights of more bytes than the second-level cache has room for are shared out among the threads, step by step.
    const int CachedWeights = 1 << 20;
    const int SerialProducts = 1 << 18;

    /// <summary>Where rows lie.</summary>
    public SequenceRows Rows;

    /// <summary>How many units there are, and how many values a step of the input has.</summary>
    public int Hidden, Inputs;

    /// <summary>[rows, inputs]: the input.</summary>
    public float* X;

    /// <summary>The input's weights: [gates hidden, inputs] if each step is shared out, else as <see cref="PackedPanels"/>.</summary>
    public float* InputWeights;

    /// <summary>The weights: <see cref="GatePanels"/>.</summary>
    public float* Weights;

    /// <summary>[rows, gates, hidden]: room for the products of the input, which become the values of the gates.</summary>
    public float* Gates;

    /// <summary>[gates, hidden]: the biases of both products.</summary>
    public float* InputBias, HiddenBias;

    /// <summary>[batch, hidden]: the first hidden states and states of the cell.</summary>
    public float* First, FirstCell;

    /// <summary>[rows, hidden]: the hidden states and the states of the cell, where it has any.</summary>
    public float* Output, Cell;

    /// <summary>Whether threads share out the units of each step: the weights are too many for one core's cache, or the sequences too few.
    /// </summary>
    public static bool SharesSteps(int gates, int hidden, int batch)
    {
        long weights = (long)gates * hidden * hidden;
        return weights * sizeof(float) > CachedWeights || (batch <= Panels.Rows && weights * batch >= SerialProducts);
    }

    /// <summary>Runs all steps.</summary>
    public readonly void Run<G>()
        where G : struct, IGates
    {
        int tiles = (Rows.Batch + Panels.Rows - 1) / Panels.Rows, width = G.Count * Hidden;
        Work<G> work = new() { Pass = this, Step = -1 };
        if (!SharesSteps(G.Count, Hidden, Rows.Batch))
        {
            Workers.Run(work, tiles, (long)width * (Hidden + Inputs) * Rows.Length, SharedFrom.Products);
            return;
        }

        MatrixProduct.Compute(X, Inputs, InputWeights, 1, Inputs, Gates, Rows.Length, Inputs, width);
        for (int i = 0; i < Rows.Steps; i++)
        {
            work.Step = Rows.Step(i);
            Workers.Run(work, GatePanels.Blocks(Hidden));
        }
    }

    // Parts are tiles of eight sequences with all their steps, or registers of units of one step.
    struct Work<G> : IWork, IWideWork
        where G : struct, IGates
    {
        public RecurrentForward Pass;
        public int Step;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var pass = Pass;
            if (Step >= 0)
            {
                pass.Advance<G, S, V>(Step, 0, pass.Rows.Batch, first, last);
                return;
            }

            (first, last) = (first * Panels.Rows, Math.Min(last * Panels.Rows, pass.Rows.Batch));
            for (int i = 0, end; i < pass.Rows.Steps; i = end)
            {
                end = Math.Min(pass.Rows.Steps, i + Math.Max(1, SequenceProducts.StretchRows / (last - first)));
                SequenceProducts.Multiply<S, V>(pass.Rows, pass.X, pass.Inputs, pass.InputWeights, pass.Rows, pass.Gates, G.Count * pass.Hidden,
                    i..end, first..last);
                for (int step = i; step < end; step++)
                    pass.Advance<G, S, V>(pass.Rows.Step(step), first, last, 0, GatePanels.Blocks(pass.Hidden));
            }
        }
    }

    // Some sequences and some registers of units of a step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Advance<G, S, V>(int step, int first, int last, int firstBlock, int lastBlock)
        where G : struct, IGates
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int group = SequenceProducts.GroupRows;
        last = Math.Min(last, Rows.Count(step));
        int lanes = S.Width, before = Rows.Before(step), running = Rows.Count(before), width = G.Count * lanes;
        float* products = stackalloc float[group * width];
        float** from = stackalloc float*[group];
        float** to = stackalloc float*[group];
        for (int i = 0; i < group; i++)
            to[i] = products + i * width;
        nint length = (nint)width * Hidden;
        for (int block = firstBlock; block < lastBlock; block++)
        {
            float* panels = Weights + block * length;
            float* next = Weights + (block + 1 < lastBlock ? block + 1 : firstBlock) * length;
            for (int start = first; start < last; start += group)
            {
                int count = Math.Min(group, last - start);
                for (int i = 0; i < count; i++)
                    from[i] = start + i < running ? Output + Rows.Row(before, start + i) * Hidden : First + (nint)(start + i) * Hidden;
                PointedRows.Multiply<S, V>(from, to, count, panels, Hidden, width, after: start + group < last ? panels : next);
                for (int i = 0; i < count; i++)
                    Finish<G, S, V>(step, start + i, start + i < running, before, from[i], to[i], block * lanes);
            }
        }
    }

    // The gates of a register of units of a sequence; the last few by fewer lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Finish<G, S, V>(int step, int b, bool goesOn, int before, float* hidden, float* product, int unit)
        where G : struct, IGates
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint row = Rows.Row(step, b);
        float* cell = goesOn ? Cell + Rows.Row(before, b) * Hidden : FirstCell + (nint)b * Hidden;
        GateUnits u = new()
        {
            Product = product,
            ProductStep = S.Width,
            Gates = Gates + row * G.Count * Hidden + unit,
            InputBias = InputBias + unit,
            HiddenBias = HiddenBias + unit,
            Before = hidden + unit,
            After = Output + row * Hidden + unit,
            CellBefore = cell + unit,
            Cell = Cell + row * Hidden + unit,
            Hidden = Hidden,
        };
        int left = Hidden - unit;
        if (left >= S.Width)
        {
            G.Forward<S, V>(u);
            return;
        }

        for (; S.Width > Simd128.Width && left >= Simd128.Width; left -= Simd128.Width, u.Advance(Simd128.Width))
            G.Forward<Simd128, Vector128<float>>(u);
        for (; left > 0; left--, u.Advance(1))
            G.Forward<SimdScalar, float>(u);
    }
}
