using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>A recurrent layer in one direction over all steps: hidden states, the last of each sequence, and the cell's last states where it
/// passes them on.</summary>
sealed unsafe partial class RecurrentOperation<G> : ManyOperation
    where G : struct, IGates
{
    readonly RecurrentLayout layout;
    readonly int rows, inputs, hidden;
    readonly Buffer x, inputWeight, hiddenWeight, gates, output;
    readonly Buffer? cell, first, firstCell;

    RecurrentOperation(
        ReadOnlySpan<Tensor> all, RecurrentLayout layout, int rows, int inputs, int hidden, Buffer gates, Buffer output, Buffer? cell) : base(all)
    {
        (this.layout, this.rows, this.inputs, this.hidden) = (layout, rows, inputs, hidden);
        (this.gates, this.output, this.cell) = (gates.Hold(), output.Hold(), cell?.Hold());
        (x, inputWeight, hiddenWeight) = (all[0].PinnedBuffer.Hold(), all[1].PinnedBuffer.Hold(), all[2].PinnedBuffer.Hold());
        (first, firstCell) = (all[5]?.PinnedBuffer.Hold(), all[6]?.PinnedBuffer.Hold());
    }

    /// <summary>The forward pass.</summary>
    /// <param name="name">The name of the operation.</param>
    /// <param name="x">[..., I], whose rows the layout finds.</param>
    /// <param name="w">The weights.</param>
    /// <param name="first">[batch, H]: the first hidden states; null for zeros.</param>
    /// <param name="firstCell">[batch, H]: the first states of the cell; null for zeros.</param>
    /// <param name="layout">Where the rows of each step lie.</param>
    public static Tensor[] Run(string name, Tensor x, RecurrentWeights w, Tensor? first, Tensor? firstCell, RecurrentLayout layout)
    {
        Tensor[] all = [x, w.Input, w.Hidden, w.InputBias!, w.HiddenBias!, first!, firstCell!];
        if (Backend.Current is { } other)
        {
            return other.Apply(new Node(name, all, [
                ("counts", layout.Counts), ("offsets", layout.Offsets), ("stride", layout.Stride), ("reverse", layout.Reverse)]));
        }

        int inputs = x.Shape[^1], hidden = w.Hidden.Shape[1], width = G.Count * hidden, rows = x.Length / inputs, batch = layout.Batch;
        Buffer gates = Buffer.Rent(rows * width), output = Buffer.Rent(rows * hidden);
        var packed = Buffer.Rent(GatePanels.Length(hidden, G.Count, hidden));
        var zeros = Zeros(Math.Max(width, batch * hidden));
        var cell = G.KeepsCell ? Buffer.Rent(rows * hidden) : null;
        var inputPanels = RecurrentForward.SharesSteps(G.Count, hidden, batch)
            ? w.Input.PinnedBuffer.Hold() : Packed(At(w.Input.PinnedBuffer), inputs, 1, width, inputs);
        GatePanels.Pack(At(w.Hidden.PinnedBuffer), hidden, G.Count, hidden, At(packed));
        fixed (int* counts = layout.Counts, offsets = layout.Offsets)
        {
            SequenceRows places = new(counts, offsets, layout.Counts.Length, layout.Stride, layout.Reverse);
            new RecurrentForward
            {
                Rows = places,
                Hidden = hidden,
                Inputs = inputs,
                X = At(x.PinnedBuffer),
                InputWeights = At(inputPanels),
                Weights = At(packed),
                Gates = At(gates),
                InputBias = At(w.InputBias?.PinnedBuffer ?? zeros),
                HiddenBias = At(w.HiddenBias?.PinnedBuffer ?? zeros),
                First = At(first?.PinnedBuffer ?? zeros),
                FirstCell = At(firstCell?.PinnedBuffer ?? zeros),
                Output = At(output),
                Cell = cell is null ? null : At(cell),
            }.Run<G>();
            inputPanels.Release();
            packed.Release();
            zeros.Release();
            Values[] values = G.PassesCell
                ? [new Values(output), Last(places, output, hidden), Last(places, cell!, hidden)]
                : [new Values(output), Last(places, output, hidden)];
            Shape last = new(batch, hidden);
            Shape[] shapes = G.PassesCell ? [x.Shape.WithLast(hidden), last, last] : [x.Shape.WithLast(hidden), last];
            bool records = false;
            foreach (var input in all)
                records |= Tensor.Recording && input is { RequiresGrad: true };
            var results = records
                ? new RecurrentOperation<G>(all, layout, rows, inputs, hidden, gates, output, cell).Produce(shapes, values)
                : [.. shapes.Select((shape, i) => new Tensor(shape, values[i]))];
            gates.Release();
            cell?.Release();
            return results;
        }
    }

    // The values of each sequence's last step.
    static Values Last(in SequenceRows places, Buffer values, int hidden)
    {
        var last = Buffer.Rent(places.Batch * hidden);
        for (int b = 0; b < places.Batch; b++)
            values.Span((int)places.Row(places.Last(b), b) * hidden, hidden).CopyTo(last.Span(b * hidden, hidden));
        return new Values(last);
    }

    // An operand [depth, columns] as panels.
    static Buffer Packed(float* from, int depth, nint strideK, int columns, nint strideN)
    {
        var packed = Buffer.Rent(PackedPanels.Length(depth, columns));
        PackedPanels.Pack(from, [0], 1, depth, strideK, columns, strideN, At(packed));
        return packed;
    }

    static Buffer Zeros(int length)
    {
        var zeros = Buffer.Rent(length);
        zeros.Span(length).Clear();
        return zeros;
    }

    static float* At(Buffer buffer) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span(buffer.Capacity)));

    // A single value may lie in memory that moves.
    static Buffer Pinned(Buffer buffer, int length)
    {
        if (buffer.IsPinned)
            return buffer;
        var copy = Buffer.Rent(length);
        buffer.Span(length).CopyTo(copy.Span(length));
        buffer.Release();
        return copy;
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        foreach (var buffer in (ReadOnlySpan<Buffer?>)[x, inputWeight, hiddenWeight, gates, output, cell, first, firstCell])
            buffer?.Release();
    }
}
