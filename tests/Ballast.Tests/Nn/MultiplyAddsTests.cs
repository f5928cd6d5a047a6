namespace Ballast.Tests;

/// <summary>The multiply-adds of layers in a summary, against what is counted by hand.</summary>
public class MultiplyAddsTests
{
    static readonly Dictionary<string, (Func<Module> Make, int[] Input, long Count)> Layers = new()
    {
        ["LSTM"] = (static () => new LSTM(3, 5, 2, bidirectional: true), [7, 2, 3], 14 * 2 * (20 * (3 + 5) + 20 * (10 + 5))),
        ["GRU"] = (static () => new GRU(3, 5), [7, 3], 7 * 15 * 8),
        ["RNN"] = (static () => new RNN(3, 5, batchFirst: true), [2, 7, 3], 14 * 5 * 8),
        ["GRUCell"] = (static () => new GRUCell(3, 5), [2, 3], 2 * 15 * 8),
        ["attention"] = (static () => new MultiheadAttention(4, 2, addZeroAttn: true), [6, 3, 4], 18 * 4 * 4 * 4 + 2 * 3 * 6 * 7 * 4),
        ["encoder"] = (static () => new TransformerEncoderLayer(4, 2, 9), [6, 3, 4], 18 * 4 * 4 * 4 + 2 * 3 * 6 * 6 * 4 + 18 * 2 * 4 * 9),
        ["transposed"] = (static () => new ConvTranspose2d(4, 4, 3, 2, groups: 2), [2, 4, 5, 6], 2 * 4 * 30 * 2 * 9),
        ["single image"] = (static () => new Conv2d(2, 4, 3), [2, 5, 5], 9 * 72),
        ["single image, transposed"] = (static () => new ConvTranspose2d(4, 4, 3, 2, groups: 2), [4, 5, 6], 4 * 30 * 2 * 9),
        ["spectral"] = (static () => new SpectralNorm(new Conv2d(2, 4, 3)), [1, 2, 5, 5], 9 * 72 + 72 + 4),
        ["weight norm"] = (static () => new WeightNorm(new Linear(3, 4)), [5, 3], 5 * 12),
        ["embedding"] = (static () => new Sequential(new Embedding(4, 4)), [2, 3], 0),
        ["layer norm"] = (static () => new LayerNorm([3, 2, 2]), [5, 3, 2, 2], 0),
    };

    [Fact]
    public void They_are_counted_for_every_layer_that_multiplies() => Assert.All(Layers, static entry =>
    {
        var (make, input, count) = entry.Value;
        var x = entry.Key == "embedding" ? Tensor.Zeros(new Shape(input)).To(ElementType.Int64) : Tensor.Zeros(new Shape(input));
        var module = make();
        Assert.Equal((entry.Key, count), (entry.Key, module.Summary([x], t => module.Forward(t[0])).MultiplyAdds));
    });

    [Fact]
    public void A_layer_with_several_inputs_has_its_row()
    {
        var layer = new MultiheadAttention(4, 2, kdim: 3, vdim: 5);
        var summary = layer.Summary(
            [Tensor.Zeros([6, 2, 4]), Tensor.Zeros([7, 2, 3]), Tensor.Zeros([7, 2, 5])], t => layer.Forward(t[0], t[1], t[2]));
        Assert.Equal(["", "out_proj"], summary.Rows.Select(static row => row.Name));
        Assert.Equal(3, summary.Rows[0].Inputs.Count);
        Assert.Equal(12 * 16 + 14 * 4 * (3 + 5) + 2 * 2 * 6 * 7 * 4 + 12 * 16, summary.MultiplyAdds);
        var bilinear = new Bilinear(3, 4, 2);
        Assert.Equal(5 * 7 * 24,
            bilinear.Summary([Tensor.Zeros([5, 7, 3]), Tensor.Zeros([5, 7, 4])], t => bilinear.Forward(t[0], t[1])).MultiplyAdds);
    }
}
