namespace Ballast.StrangerTests;

/// <summary>Numbers of type double where they are written by hand, which need no suffix.</summary>
public class DoubleNumbersTests
{
    [Fact]
    public void Rates_and_decays_are_what_was_written()
    {
        var p = new Parameter(Tensor.Ones([1]));
        var group = new ParameterGroup([p]) { LearningRate = 1e-4, WeightDecay = 0.01, ["momentum"] = 0.5 };
        var optimizer = new SGD([group], 0.1) { LearningRate = 1e-3, WeightDecay = 0.02 };
        group.LearningRate *= 0.1;
        Assert.Equal((1e-4 * 0.1, 0.01, 1e-3, 0.02), (group.LearningRate, group.WeightDecay, optimizer.LearningRate, optimizer.WeightDecay));
        group.LearningRate = 1e-3f;
        Assert.Equal((double)1e-3f, group.LearningRate);
    }

    [Fact]
    public void Tensors_are_made_of_them_in_float32()
    {
        float[] expected = [0.1f, 0.9f];
        double[] doubles = [0.1, 0.9];
        var parameter = new Parameter(Tensor.Zeros([2]));
        Assert.Equal(expected, Tensor.From([0.1, 0.9], [2]).ToArray());
        Assert.Equal(expected, Tensor.From(doubles, [2]).ToArray());
        Assert.Equal(expected, Tensor.From([0.1f, 0.9f], [2]).ToArray());
        Assert.Equal(expected, Tensor.From(expected, [2]).ToArray());
        Assert.Equal([1, 2], Tensor.From([1, 2], [2]).ToArray());
        Assert.Equal([0.5f, 2], Tensor.From([0.5f, 2], [2]).ToArray());
        Assert.Equal([0.5f, 2, 0.25f], Tensor.From([0.5, 2, 0.25f], [3]).ToArray());
        Assert.Equal([], Tensor.From([], [0]).ToArray());
        Assert.Equal(ElementType.Float32, Tensor.From(doubles, [2]).ElementType);
        Assert.Equal("Tensor.From: expected 3 values for the shape [3], got 2.", Assert.Throws<ArgumentException>(() => Tensor.From(doubles, [3])).Message);
        parameter.CopyFrom([0.1, 0.9]);
        Assert.Equal(expected, parameter.ToArray());
    }

    [Fact]
    public void Class_weights_are_numbers_of_either_type_or_a_tensor()
    {
        var x = Tensor.From([0.5, -1, 2, 0.25], [2, 2]);
        var log = x.LogSoftmax(1);
        var t = Tensor.FromInt64(0, 1);
        var one = Tensor.From([1.0, 0, 0, 1], [2, 2]);
        float[] floats = [0.1f, 0.9f];
        double[] doubles = [0.1, 0.9];
        var w = Tensor.From(floats, [2]);
        Tensor? none = null;

        // torch 1.13.1: F.cross_entropy(x, t, w), F.nll_loss(x.log_softmax(1), t, w), F.multi_margin_loss(x, t, weight=w),
        // F.multilabel_soft_margin_loss(x, one, w), F.binary_cross_entropy_with_logits(x, one, pos_weight=w)
        Same(1.739343, new CrossEntropyLoss(weight: [0.1, 0.9]).Forward(x, t), new CrossEntropyLoss(weight: doubles).Forward(x, t),
            new CrossEntropyLoss(weight: [0.1f, 0.9f]).Forward(x, t), new CrossEntropyLoss(weight: floats).Forward(x, t),
            new CrossEntropyLoss(weight: w).Forward(x, t), new CrossEntropyLoss([0.1, 0.9]).Forward(x, t));
        Same(1.739343, new NLLLoss(weight: [0.1, 0.9]).Forward(log, t), new NLLLoss(weight: w).Forward(log, t), new NLLLoss(floats).Forward(log, t));
        Same(0.61874998, new MultiMarginLoss(weight: [0.1, 0.9]).Forward(x, t), new MultiMarginLoss(weight: w).Forward(x, t),
            new MultiMarginLoss(weight: floats).Forward(x, t));
        Same(0.26509535, new MultiLabelSoftMarginLoss(weight: [0.1, 0.9]).Forward(x, one), new MultiLabelSoftMarginLoss(weight: w).Forward(x, one),
            new MultiLabelSoftMarginLoss(floats).Forward(x, one));
        Same(0.75148571, new BCEWithLogitsLoss(posWeight: [0.1, 0.9]).Forward(x, one), new BCEWithLogitsLoss(posWeight: w).Forward(x, one),
            new BCEWithLogitsLoss(posWeight: floats).Forward(x, one));
        var plain = new CrossEntropyLoss().Forward(x, t);
        Same(1.0558188, plain, new CrossEntropyLoss(weight: null).Forward(x, t), new CrossEntropyLoss(weight: none).Forward(x, t),
            new CrossEntropyLoss(weight: [2, 2]).Forward(x, t), new NLLLoss(weight: null).Forward(log, t));
        Assert.Equal("CrossEntropyLoss: expected class weights [C], float32, got float32 [1, 2].",
            Assert.Throws<ArgumentException>(() => new CrossEntropyLoss(weight: w.Reshape(1, 2))).Message);
        Assert.Equal("NLLLoss: expected finite class weights of 0 or more, one of them above 0, got -1, 1.",
            Assert.Throws<ArgumentException>(static () => new NLLLoss(weight: Tensor.From([-1, 1], [2]))).Message);
    }

    [Fact]
    public void Pictures_are_standardized_and_cut_by_them()
    {
        var scale = new Standardization([0.1307], [0.3081]);
        Assert.Equal((0.1307f, 0.3081f), (scale.Mean[0], scale.Std[0]));
        Assert.Equal([0.5f], new Standardization([0.5f], [1f]).Mean);
        Assert.NotNull(new Cutout(3, fill: [0.5]));
        Assert.NotNull(new Cutout(3, fill: null));
    }

    static void Same(double expected, params ReadOnlySpan<Tensor> losses)
    {
        foreach (var loss in losses)
            Assert.Equal(expected, loss.Item(), 1e-6);
    }
}
