using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>A recurrent layer in one direction over all steps: hidden states, the last of each sequence, and the cell's last states where it
/// passes them on.</summary>
sealed unsafe class RecurrentOperation<G> : ManyOperation
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
        MatrixProduct.Compute(At(x.PinnedBuffer), inputs, At(w.Input.PinnedBuffer), 1, inputs, At(gates), rows, inputs, width);
        GatePanels.Pack(At(w.Hidden.PinnedBuffer), hidden, G.Count, hidden, At(packed));
        fixed (int* counts = layout.Counts, offsets = layout.Offsets)
        {
            SequenceRows places = new(counts, offsets, layout.Counts.Length, layout.Stride, layout.Reverse);
            new RecurrentForward
            {
                Rows = places,
                Hidden = hidden,
                Weights = At(packed),
                Gates = At(gates),
                InputBias = At(w.InputBias?.PinnedBuffer ?? zeros),
                HiddenBias = At(w.HiddenBias?.PinnedBuffer ?? zeros),
                First = At(first?.PinnedBuffer ?? zeros),
                FirstCell = At(firstCell?.PinnedBuffer ?? zeros),
                Output = At(output),
                Cell = cell is null ? null : At(cell),
            }.Run<G>();
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

    /// <summary>The gradients step by step backwards, then those of the inputs and the weights as one product each.</summary>
    public override void RunBackward()
    {
        Values dy = Gradient(0).Take(), last = Gradient(1).Take(), lastCell = G.PassesCell ? Gradient(2).Take() : default;
        if (dy.IsEmpty && last.IsEmpty && lastCell.IsEmpty)
            return;
        int width = G.Count * hidden, batch = layout.Batch, tiles = (batch + Panels.Rows - 1) / Panels.Rows;
        Buffer? given = dy.IsEmpty ? null : Pinned(dy.Read(rows * hidden), rows * hidden);
        Buffer? givenLast = last.IsEmpty ? null : Pinned(last.Read(batch * hidden), batch * hidden);
        var carry = lastCell.IsEmpty ? Zeros(batch * hidden) : Pinned(lastCell.ReadExclusive(batch * hidden), batch * hidden);
        Buffer zeros = Zeros(Math.Max(width, batch * hidden)), packed = Buffer.Rent(PackedPanels.Length(width, hidden));
        Buffer inputGradient = Buffer.Rent(rows * width), inputSums = Zeros(tiles * width);
        Buffer hiddenGradient = G.HasOwnGradient ? Buffer.Rent(rows * width) : inputGradient.Hold();
        Buffer hiddenSums = G.HasOwnGradient ? Zeros(tiles * width) : inputSums.Hold();
        PackedPanels.Pack(At(hiddenWeight), [0], 1, width, hidden, hidden, 1, At(packed));
        fixed (int* counts = layout.Counts, offsets = layout.Offsets)
        {
            SequenceRows places = new(counts, offsets, layout.Counts.Length, layout.Stride, layout.Reverse);
            new RecurrentBackward
            {
                Rows = places,
                Hidden = hidden,
                Weights = At(packed),
                Gates = At(gates),
                First = At(first ?? zeros),
                FirstCell = At(firstCell ?? zeros),
                Output = At(output),
                Cell = cell is null ? null : At(cell),
                Given = given is null ? null : At(given),
                GivenLast = givenLast is null ? null : At(givenLast),
                Carry = At(carry),
                InputGradient = At(inputGradient),
                HiddenGradient = At(hiddenGradient),
                InputSums = At(inputSums),
                HiddenSums = At(hiddenSums),
                Zeros = At(zeros),
            }.Run<G>();
            packed.Release();
            GiveInputs(inputGradient, width);
            if (Input(2)!.RequiresGrad)
            {
                var before = Buffer.Rent(rows * hidden);
                places.CopyBefore(At(output), At(first ?? zeros), At(before), hidden);
                Give(Input(2)!, Product(hiddenGradient, before, width, hidden));
                before.Release();
            }

            if (Input(5) is { RequiresGrad: true } begin)
                Give(begin, OfFirst(places, hiddenGradient, carry, width));
        }

        GiveBias(Input(3), inputSums, tiles, width);
        GiveBias(Input(4), hiddenSums, tiles, width);
        if (Input(6) is { RequiresGrad: true } beginCell)
            Give(beginCell, new Values(carry.Hold()));
        foreach (var buffer in (ReadOnlySpan<Buffer?>)[given, givenLast, carry, zeros, inputGradient, inputSums, hiddenGradient, hiddenSums])
            buffer?.Release();
    }

    // dx = g W, dW = g^T x.
    void GiveInputs(Buffer gradient, int width)
    {
        if (Input(0)!.RequiresGrad)
        {
            var dx = Buffer.Rent(rows * inputs);
            MatrixProduct.Compute(At(gradient), width, At(inputWeight), inputs, 1, At(dx), rows, width, inputs);
            Give(Input(0)!, new Values(dx));
        }

        if (Input(1)!.RequiresGrad)
            Give(Input(1)!, Product(gradient, x, width, inputs));
    }

    // g^T x over all rows.
    Values Product(Buffer gradient, Buffer factor, int width, int columns)
    {
        var dw = Buffer.Rent(width * columns);
        ColumnProducts.Compute(
            At(gradient), width, 1, new RowPrologue(At(factor), columns), rows, width, columns, new ColumnProducts.ToMemory(At(dw), columns));
        return new Values(dw);
    }

    // The gradient of the first hidden states: that of each sequence's first product, and what went on beside it.
    Values OfFirst(in SequenceRows places, Buffer gradient, Buffer carry, int width)
    {
        int batch = layout.Batch;
        Buffer begun = Buffer.Rent(batch * width), result = Buffer.Rent(batch * hidden);
        for (int b = 0; b < batch; b++)
            gradient.Span((int)places.Row(places.First(b), b) * width, width).CopyTo(begun.Span(b * width, width));
        MatrixProduct.Compute(At(begun), width, At(hiddenWeight), hidden, 1, At(result), batch, width, hidden);
        begun.Release();
        if (!G.PassesCell)
            Elementwise.Zip<Add>(result.Span(batch * hidden), carry.Span(batch * hidden), result.Span(batch * hidden));
        return new Values(result);
    }

    static void GiveBias(Tensor? bias, Buffer sums, int tiles, int width)
    {
        if (bias is not { RequiresGrad: true })
            return;
        var result = Buffer.Rent(width);
        Reductions.SumRows(sums.Span(tiles * width), tiles, width, result.Span(width));
        Give(bias, new Values(result));
    }

    // The values of each sequence's last step.
    static Values Last(in SequenceRows places, Buffer values, int hidden)
    {
        var last = Buffer.Rent(places.Batch * hidden);
        for (int b = 0; b < places.Batch; b++)
            values.Span((int)places.Row(places.Last(b), b) * hidden, hidden).CopyTo(last.Span(b * hidden, hidden));
        return new Values(last);
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
