using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>The way back through all steps of a recurrent layer in one direction: the gradients of the products of the input and of the state.
/// A step is the product of the next step's gradients with the weights, whose gates follow while it is in the first-level cache.</summary>
unsafe struct RecurrentBackward
{
    /// <summary>Where rows lie: those of states and gates, and those of the gradients.</summary>
    public SequenceRows Rows, Slots;

    /// <summary>How many units there are.</summary>
    public int Hidden;

    /// <summary>The weights [gates hidden, hidden] as <see cref="PackedPanels"/>.</summary>
    public float* Weights;

    /// <summary>[rows, gates, hidden]: the values of the gates.</summary>
    public float* Gates;

    /// <summary>[batch, hidden]: the first hidden states and states of the cell.</summary>
    public float* First, FirstCell;

    /// <summary>[rows, hidden]: the hidden states and the states of the cell, where it has any.</summary>
    public float* Output, Cell;

    /// <summary>[rows, hidden]: the gradient of the hidden states; null for none.</summary>
    public float* Given;

    /// <summary>[batch, hidden]: the gradient of the last hidden states; null for none.</summary>
    public float* GivenLast;

    /// <summary>[batch, hidden]: the gradient of the last states of the cell, which becomes that of the first ones.</summary>
    public float* Carry;

    /// <summary>[slots, gates, hidden]: the gradients of the products of the input, and of the state: the same memory where they do not
    /// differ.</summary>
    public float* InputGradient, HiddenGradient;

    /// <summary>[batch, gates, hidden]: the gradients of the products of the state in the last step that <see cref="Keep"/> was called for; at
    /// last those of each sequence's first step.</summary>
    public float* Kept;

    /// <summary>[tiles of eight sequences, gates hidden]: the sums of both over the rows of a tile.</summary>
    public float* InputSums, HiddenSums;

    /// <summary>Zeros, as many as a row of gates has.</summary>
    public float* Zeros;

    /// <summary>Runs all steps, whose units the threads share out.</summary>
    public readonly void Run<G>()
        where G : struct, IGates
    {
        for (int i = Rows.Steps - 1; i >= 0; i--)
        {
            int step = Rows.Step(i);
            Workers.Run(new Work<G> { Pass = this, Step = step }, (Hidden + 2 * Panels.Lanes - 1) / (2 * Panels.Lanes));
            Keep(step, 0, Rows.Batch, G.Count * Hidden, always: false);
        }
    }

    /// <summary>A step of some sequences.</summary>
    /// <param name="step">The step.</param>
    /// <param name="first">The first sequence, of a whole tile.</param>
    /// <param name="last">The one after the last.</param>
    /// <param name="kept">Whether the gradients of the step after this one are kept ones.</param>
    public readonly void Return<G, S, V>(int step, int first, int last, bool kept)
        where G : struct, IGates
        where S : struct, ISimd<V>
        where V : unmanaged => Return<G, S, V>(step, first, last, 0, (Hidden + 2 * S.Width - 1) / (2 * S.Width), kept);

    /// <summary>Keeps the gradients of the products of the state of a step: of the sequences that begin with it, or of all.</summary>
    public readonly void Keep(int step, int first, int last, int width, bool always)
    {
        last = Math.Min(last, Rows.Count(step));
        for (int b = always ? first : Math.Max(first, Rows.Count(Rows.Before(step))); b < last; b++)
            new ReadOnlySpan<float>(HiddenGradient + Slots.Row(step, b) * width, width).CopyTo(new Span<float>(Kept + (nint)b * width, width));
    }

    // Parts are panels of units of one step.
    struct Work<G> : IWork, IWideWork
        where G : struct, IGates
    {
        public RecurrentBackward Pass;
        public int Step;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged => Pass.Return<G, S, V>(Step, 0, Pass.Rows.Batch, first, last, kept: false);
    }

    // Some sequences and some panels of units of a step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Return<G, S, V>(int step, int first, int last, int firstPart, int lastPart, bool kept)
        where G : struct, IGates
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const int tile = Panels.Rows, group = SequenceProducts.GroupRows;
        last = Math.Min(last, Rows.Count(step));
        int depth = G.Count * Hidden, after = Rows.After(step), running = Rows.Count(after), width = 2 * S.Width;
        float* products = stackalloc float[group * width];
        float** from = stackalloc float*[group];
        float** to = stackalloc float*[group];
        for (int i = 0; i < group; i++)
            to[i] = products + i * width;
        nint length = (nint)width * depth;
        for (int part = firstPart; part < lastPart; part++)
        {
            int unit = part * width, valid = Math.Min(width, Hidden - unit);
            float* panel = Weights + part * length;
            float* next = Weights + (part + 1 < lastPart ? part + 1 : firstPart) * length;
            for (int start = first; start < last; start += group)
            {
                int count = Math.Min(group, last - start);
                for (int i = 0; i < count; i++)
                {
                    int b = start + i;
                    from[i] = b >= running ? Zeros : kept ? Kept + (nint)b * depth : HiddenGradient + Slots.Row(after, b) * depth;
                    Ask<G>(step, b, unit, valid);
                }

                PointedRows.Multiply<S, V>(from, to, count, panel, depth, valid, after: start + group < last ? panel : next);
                for (int i = 0; i < count; i++)
                {
                    int b = start + i;
                    if (b >= running && GivenLast is not null)
                        new ReadOnlySpan<float>(GivenLast + (nint)b * Hidden + unit, valid).CopyTo(new Span<float>(to[i], valid));
                    Finish<G, S, V>(step, b, to[i], unit, unit + valid);
                }

                for (int row = start; row < start + count; row += tile)
                {
                    int rows = Math.Min(tile, start + count - row);
                    AddUp<S, V>(InputGradient, InputSums, step, row, rows, G.Count, unit, unit + valid);
                    if (G.HasOwnGradient)
                        AddUp<S, V>(HiddenGradient, HiddenSums, step, row, rows, G.Count, unit, unit + valid);
                }
            }
        }
    }

    // What the gates of units of a sequence need from the forward pass is far away: it comes while the products are made.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Ask<G>(int step, int b, int unit, int count)
        where G : struct, IGates
    {
        int before = Rows.Before(step);
        nint row = Rows.Row(step, b);
        for (int gate = 0; gate < G.Count; gate++)
            Region.Early(Gates + (row * G.Count + gate) * Hidden + unit, count);
        if (Given is not null)
            Region.Early(Given + row * Hidden + unit, count);
        if (G.PassesCell && b < Rows.Count(before))
            Region.Early(Cell + Rows.Row(before, b) * Hidden + unit, count);
        else if (G.KeepsCell)
            Region.Early(Cell + row * Hidden + unit, count);
    }

    // The gates of units of a sequence, registers first, then the last few units one by one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Finish<G, S, V>(int step, int b, float* next, int unit, int end)
        where G : struct, IGates
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int before = Rows.Before(step);
        bool goesOn = b < Rows.Count(before);
        nint row = Rows.Row(step, b), slot = Slots.Row(step, b), from = goesOn ? Rows.Row(before, b) : b;
        GateGradients u = new() { Hidden = Hidden };
        for (int i = unit; i < end;)
        {
            u.Next = next + (i - unit);
            u.Given = Given is null ? Zeros : Given + row * Hidden + i;
            u.Gates = Gates + row * G.Count * Hidden + i;
            u.Before = (goesOn ? Output : First) + from * Hidden + i;
            u.CellBefore = (goesOn ? Cell : FirstCell) + from * Hidden + i;
            u.Cell = Cell + row * Hidden + i;
            u.Carry = Carry + (nint)b * Hidden + i;
            u.InputGradient = InputGradient + slot * G.Count * Hidden + i;
            u.HiddenGradient = HiddenGradient + slot * G.Count * Hidden + i;
            if (i + S.Width <= end)
            {
                G.Backward<S, V>(u);
                i += S.Width;
            }
            else if (S.Width > Simd128.Width && i + Simd128.Width <= end)
            {
                G.Backward<Simd128, Vector128<float>>(u);
                i += Simd128.Width;
            }
            else
            {
                G.Backward<SimdScalar, float>(u);
                i++;
            }
        }
    }

    // Adds the rows of a tile to its sums: the biases' gradients.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void AddUp<S, V>(float* gradients, float* sums, int step, int start, int count, int gates, int unit, int end)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint width = (nint)gates * Hidden;
        for (int gate = 0; gate < gates; gate++)
        {
            float* to = sums + start / Panels.Rows * width + gate * Hidden, from = gradients + gate * Hidden;
            int i = unit;
            for (; i + S.Width <= end; i += S.Width)
            {
                V sum = S.Load(from + Slots.Row(step, start) * width + i);
                for (int row = 1; row < count; row++)
                    sum = S.Add(sum, S.Load(from + Slots.Row(step, start + row) * width + i));
                S.Store(to + i, S.Add(S.Load(to + i), sum));
            }

            for (; i < end; i++)
            {
                float sum = 0;
                for (int row = 0; row < count; row++)
                    sum += from[Slots.Row(step, start + row) * width + i];
                to[i] += sum;
            }
        }
    }
}
