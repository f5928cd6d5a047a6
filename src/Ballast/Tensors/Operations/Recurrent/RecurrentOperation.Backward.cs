using Ballast.Kernels;

namespace Ballast;

sealed unsafe partial class RecurrentOperation<G>
{
    /// <summary>The gradients step by step backwards, with those of the input and the weights as one product each, or stretch by stretch.</summary>
    public override void RunBackward()
    {
        Values dy = Gradient(0).Take(), last = Gradient(1).Take(), lastCell = G.PassesCell ? Gradient(2).Take() : default;
        if (dy.IsEmpty && last.IsEmpty && lastCell.IsEmpty)
            return;
        int width = G.Count * hidden, batch = layout.Batch, tiles = (batch + Panels.Rows - 1) / Panels.Rows;
        bool sharesSteps = RecurrentForward.SharesSteps(G.Count, hidden, batch);
        int slots = sharesSteps ? rows : RecurrentGradients.Room(batch);
        Buffer? given = dy.IsEmpty ? null : Pinned(dy.Read(rows * hidden), rows * hidden);
        Buffer? givenLast = last.IsEmpty ? null : Pinned(last.Read(batch * hidden), batch * hidden);
        var carry = lastCell.IsEmpty ? Zeros(batch * hidden) : Pinned(lastCell.ReadExclusive(batch * hidden), batch * hidden);
        Buffer zeros = Zeros(Math.Max(width, batch * hidden)), packed = Packed(At(hiddenWeight), width, hidden, hidden, 1);
        Buffer inputGradient = Buffer.Rent(slots * width), inputSums = Zeros(tiles * width), kept = Buffer.Rent(batch * width);
        Buffer hiddenGradient = G.HasOwnGradient ? Buffer.Rent(slots * width) : inputGradient.Hold();
        Buffer hiddenSums = G.HasOwnGradient ? Zeros(tiles * width) : inputSums.Hold();
        int[] slotOffsets = sharesSteps ? layout.Offsets : new int[layout.Counts.Length];
        fixed (int* counts = layout.Counts, offsets = layout.Offsets, ofSlots = slotOffsets)
        {
            SequenceRows places = new(counts, offsets, layout.Counts.Length, layout.Stride, layout.Reverse);
            RecurrentBackward pass = new()
            {
                Rows = places,
                Slots = sharesSteps ? places : new(counts, ofSlots, layout.Counts.Length, 1, layout.Reverse),
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
                Kept = At(kept),
                InputSums = At(inputSums),
                HiddenSums = At(hiddenSums),
                Zeros = At(zeros),
            };
            if (sharesSteps)
                BySteps(pass, width);
            else
                ByStretches(pass, ofSlots, width);
        }

        packed.Release();
        if (Input(5) is { RequiresGrad: true } begin)
            Give(begin, OfFirst(kept, carry, width));
        GiveBias(Input(3), inputSums, tiles, width);
        GiveBias(Input(4), hiddenSums, tiles, width);
        if (Input(6) is { RequiresGrad: true } beginCell)
            Give(beginCell, new Values(carry.Hold()));
        foreach (var buffer in (ReadOnlySpan<Buffer?>)[given, givenLast, carry, zeros, kept, inputGradient, inputSums, hiddenGradient, hiddenSums])
            buffer?.Release();
    }

    // dx = g W, dW = g^T x and dU = g^T h over all rows.
    void BySteps(in RecurrentBackward pass, int width)
    {
        pass.Run<G>();
        if (Input(0)!.RequiresGrad)
        {
            var dx = Buffer.Rent(rows * inputs);
            MatrixProduct.Compute(pass.InputGradient, width, At(inputWeight), inputs, 1, At(dx), rows, width, inputs);
            Give(Input(0)!, new Values(dx));
        }

        if (Input(1)!.RequiresGrad)
            Give(Input(1)!, Product(pass.InputGradient, x, width, inputs));
        if (Input(2)!.RequiresGrad)
        {
            var before = Buffer.Rent(rows * hidden);
            pass.Rows.CopyBefore(pass.Output, pass.First, At(before), hidden);
            Give(Input(2)!, Product(pass.HiddenGradient, before, width, hidden));
            before.Release();
        }
    }

    void ByStretches(in RecurrentBackward pass, int* offsets, int width)
    {
        int room = RecurrentGradients.Room(layout.Batch);
        Buffer? Wanted(int input, int length) => Input(input)!.RequiresGrad ? Buffer.Rent(length) : null;
        Buffer? dx = Wanted(0, rows * inputs), dInput = Wanted(1, width * inputs), dHidden = Wanted(2, width * hidden);
        var panels = dx is null ? null : Packed(At(inputWeight), width, inputs, inputs, 1);
        Buffer xRows = Buffer.Rent(room * inputs), beforeRows = Buffer.Rent(room * hidden);
        new RecurrentGradients
        {
            Pass = pass,
            Offsets = offsets,
            Inputs = inputs,
            X = At(x),
            DX = dx is null ? null : At(dx),
            InputWeights = panels is null ? null : At(panels),
            XRows = At(xRows),
            BeforeRows = At(beforeRows),
            DInput = dInput is null ? null : At(dInput),
            DHidden = dHidden is null ? null : At(dHidden),
        }.Run<G>();
        foreach (var buffer in (ReadOnlySpan<Buffer?>)[panels, xRows, beforeRows])
            buffer?.Release();
        foreach (var (input, values) in (ReadOnlySpan<(int, Buffer?)>)[(0, dx), (1, dInput), (2, dHidden)])
        {
            if (values is not null)
                Give(Input(input)!, new Values(values));
        }
    }

    // g^T x over all rows.
    Values Product(float* gradient, Buffer factor, int width, int columns)
    {
        var dw = Buffer.Rent(width * columns);
        ColumnProducts.Compute(
            gradient, width, 1, new RowPrologue(At(factor), columns), rows, width, columns, new ColumnProducts.ToMemory(At(dw), columns));
        return new Values(dw);
    }

    // The gradient of the first hidden states: that of each sequence's first product, and what went on beside it.
    Values OfFirst(Buffer begun, Buffer carry, int width)
    {
        int batch = layout.Batch;
        var result = Buffer.Rent(batch * hidden);
        MatrixProduct.Compute(At(begun), width, At(hiddenWeight), hidden, 1, At(result), batch, width, hidden);
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
}
