namespace Ballast.Onnx.Tests;

/// <summary>Recurrent layers, attention and tables as ONNX Runtime computes them.</summary>
public class SequenceExportTests
{
    static void Check(Module module, Tensor[] like, Func<Tensor[], Tensor[]> run, OnnxExportOptions? options = null)
    {
        using Folder folder = new();
        string? fault = Exported.Fault(module, like, run, folder.File("model.onnx"), 1e-5, options);
        Assert.True(fault is null, fault);
    }

    static Tensor Data(params int[] sizes) => Exported.Draw(new Shape(sizes), 1);

    [Fact]
    public void Recurrent_layers()
    {
        OnnxExportOptions second = new() { BatchAxis = 1 };
        foreach (bool batchFirst in new[] { false, true })
        {
            var like = batchFirst ? Data(2, 5, 4) : Data(5, 2, 4);
            var options = batchFirst ? new OnnxExportOptions() : second;
            LSTM lstm = new(4, 6, numLayers: 2, batchFirst: batchFirst, bidirectional: true);
            Check(lstm, [like], x => [lstm.Forward(x[0])], options);
            GRU gru = new(4, 6, batchFirst: batchFirst, bias: false);
            Check(gru, [like], x => [gru.Forward(x[0])], options);
            RNN rnn = new(4, 6, nonlinearity: RNNNonlinearity.ReLU, batchFirst: batchFirst);
            Check(rnn, [like], x => [rnn.Forward(x[0])], options);
        }

        LSTM stateful = new(4, 6);
        Check(stateful, [Data(5, 2, 4), Data(1, 2, 6), Data(1, 2, 6)], x =>
        {
            var (y, (h, c)) = stateful.Forward(x[0], (x[1], x[2]));
            return [y, h, c];
        }, second);
        GRUCell cell = new(4, 6);
        Check(cell, [Data(2, 4), Data(2, 6)], x => [cell.Forward(x[0], x[1])]);
    }

    [Fact]
    public void Attention_and_transformers()
    {
        MultiheadAttention attention = new(8, 2, batchFirst: true);
        Check(attention, [Data(2, 5, 8)], x => [attention.Forward(x[0], x[0], x[0], needWeights: false).Output]);
        TransformerEncoder encoder = new(new TransformerEncoderLayer(8, 2, 16, batchFirst: true), 2);
        Check(encoder, [Data(2, 5, 8)], x => [encoder.Forward(x[0])]);
        Transformer whole = new(8, 2, 1, 1, 16, batchFirst: true);
        Check(whole, [Data(2, 5, 8), Data(2, 4, 8)], x => [whole.Forward(x[0], x[1])]);
        Check(whole, [Data(2, 5, 8)], x => [Functional.ScaledDotProductAttention(x[0], x[0], x[0], isCausal: true)]);
    }

    [Fact]
    public void Tables()
    {
        Embedding embedding = new(10, 4, paddingIdx: 0);
        var tokens = Tensor.FromInt64([1, 9, 3, 0, 5, 2], [2, 3]);
        Check(embedding, [tokens], x => [embedding.Forward(x[0])]);
        Embedding positions = new(3, 4);
        Sequential head = new(new Flatten(), new Linear(12, 2));
        Check(embedding, [tokens], x => [head.Forward(embedding.Forward(x[0]) + positions.Forward(Tensor.Arange(3)))]);
    }
}
