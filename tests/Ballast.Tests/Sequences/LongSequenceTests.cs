namespace Ballast.Tests;

/// <summary>Packed sequences whose rows are gone through in several stretches, against each sequence alone, which is a single one.</summary>
public class LongSequenceTests
{
    const int Units = 9, Features = 5;

    static readonly long[] Lengths = [61, 3, 48, 60, 1, 17, 52, 61, 33, 40, 29];

    static (Tensor Padded, Tensor H, Tensor? C) Packed(RNNBase layer, Tensor x, Tensor h, Tensor c)
    {
        var packed = Sequences.PackPaddedSequence(x, Lengths, batchFirst: true, enforceSorted: false);
        if (layer is LSTM lstm)
        {
            var (y, last) = lstm.Forward(packed, (h, c));
            return (Sequences.PadPackedSequence(y, batchFirst: true).Padded, last.H, last.C);
        }

        var (output, hidden) = ((GRU)layer).Forward(packed, h);
        return (Sequences.PadPackedSequence(output, batchFirst: true).Padded, hidden, null);
    }

    static (Tensor Y, Tensor H, Tensor? C) Alone(RNNBase layer, Tensor x, Tensor h, Tensor c)
    {
        if (layer is LSTM lstm)
        {
            var (y, last) = lstm.Forward(x, (h, c));
            return (y, last.H, last.C);
        }

        var (output, hidden) = ((GRU)layer).Forward(x, h);
        return (output, hidden, null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stretches_give_what_single_sequences_do(bool gru)
    {
        int batch = Lengths.Length, steps = (int)Lengths.Max();
        RNNBase Make() => gru ? new GRU(Features, Units, bidirectional: true, generator: new Generator(5))
            : new LSTM(Features, Units, bidirectional: true, generator: new Generator(5));
        Parameter[] Inputs() => [new(Draw.Data([batch, steps, Features], 1)), new(Draw.Data([2, batch, Units], 2)), new(Draw.Data([2, batch, Units], 3))];
        Tensor ofY = Draw.Data([batch, steps, 2 * Units], 4), ofH = Draw.Data([2, batch, Units], 5), ofC = Draw.Data([2, batch, Units], 6);

        var together = Make();
        var given = Inputs();
        var (padded, h, c) = Packed(together, given[0], given[1], given[2]);
        var outputs = padded.Detach();
        var loss = (padded * ofY).Sum() + (h * ofH).Sum();
        (c is null ? loss : loss + (c * ofC).Sum()).Backward();

        var each = Make();
        var wanted = Inputs();
        Tensor? total = null;
        for (int b = 0; b < batch; b++)
        {
            int length = (int)Lengths[b];
            var (y, last, cell) = Alone(each, wanted[0].Select(0, b).Narrow(0, 0, length), wanted[1].Select(1, b), wanted[2].Select(1, b));
            Near.Equal(y.AsSpan(), outputs.Select(0, b).Narrow(0, 0, length).AsSpan(), 1e-6, $"sequence {b}");
            var part = (y * ofY.Select(0, b).Narrow(0, 0, length)).Sum() + (last * ofH.Select(1, b)).Sum();
            part = cell is null ? part : part + (cell * ofC.Select(1, b)).Sum();
            total = total is null ? part : total + part;
        }

        total!.Backward();
        Parameter[] actual = [.. together.Parameters(), .. given], expected = [.. each.Parameters(), .. wanted];
        for (int i = 0; i < expected.Length - (gru ? 1 : 0); i++)
            Near.Equal(expected[i].Grad!.AsSpan(), actual[i].Grad!.AsSpan(), 1e-5, $"gradient {i}");
    }
}
