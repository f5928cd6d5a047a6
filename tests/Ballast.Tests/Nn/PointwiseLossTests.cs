using Ballast.Kernels;

namespace Ballast.Tests;

/// <summary>The losses that take a tensor of targets: losses.json, their formulas in double, and what they refuse.</summary>
public class PointwiseLossTests
{
    // Logarithms and exponentials of a few units each of 6e-8, sums of up to 133 of them.
    const double Tolerance = 2e-6;

    static Tensor Loss(string name, Reduction reduction, float[]? posWeight, Tensor x, Tensor t) => name switch
    {
        "mse" => new MSELoss(reduction).Forward(x, t),
        "bce" => new BCELoss(reduction).Forward(x, t),
        _ => new BCEWithLogitsLoss(reduction, posWeight).Forward(x, t),
    };

    [Fact]
    public void They_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("losses.json").GetProperty("cases").EnumerateArray())
        {
            string name = recorded.GetProperty("name").GetString()!;
            Shape shape = new(recorded.GetProperty("shape").Ints());
            var x = new Parameter(Tensor.From(recorded.GetProperty("input").Floats(), shape));
            var loss = Loss(
                recorded.GetProperty("loss").GetString()!,
                Enum.Parse<Reduction>(recorded.GetProperty("reduction").GetString()!, ignoreCase: true),
                recorded.Find("pos_weight")?.Floats(), x, Tensor.From(recorded.GetProperty("target").Floats(), shape));
            Near.Equal(recorded.GetProperty("output").Floats(), loss.AsSpan(), Tolerance, name);
            loss.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), loss.Shape));
            Near.Equal(recorded.GetProperty("grad").Floats(), x.Grad!.AsSpan(), Tolerance, name);
            met++;
        }

        Assert.Equal(54, met);
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.None)]
    public void Their_gradients_are_those_of_their_formulas(Reduction reduction)
    {
        float[] targets = Draw.Floats(6, 3, 0, 1), weights = [0.5f, 1, 3];
        var t = Tensor.From(targets, [2, 3]);
        var x = Draw.Weights([2, 3], 1);
        GradientCheck.Run([x], () => new MSELoss(reduction).Forward(x, t),
            v => Reduce(reduction, v[0], (value, i) => Math.Pow(value - targets[i], 2)));
        GradientCheck.Run([x], () => new BCEWithLogitsLoss(reduction, weights).Forward(x, t),
            v => Reduce(reduction, v[0], (value, i) =>
            {
                double p = 1 / (1 + Math.Exp(-value));
                return -(weights[i % 3] * targets[i] * Math.Log(p) + (1 - targets[i]) * Math.Log(1 - p));
            }));
        var shares = new Parameter(Tensor.From(Draw.Floats(6, 4, 0.1f, 0.9f), [2, 3]));
        GradientCheck.Run([shares], () => new BCELoss(reduction).Forward(shares, t),
            v => Reduce(reduction, v[0], (value, i) => -(targets[i] * Math.Log(value) + (1 - targets[i]) * Math.Log(1 - value))));
    }

    static double[] Reduce(Reduction reduction, double[] values, Func<double, int, double> loss)
    {
        double[] losses = [.. values.Select(loss)];
        return reduction == Reduction.None ? losses : [losses.Average()];
    }

    [Fact]
    public void Every_length_gives_what_single_values_give()
    {
        float[] x = Draw.Floats(257, 1), t = Draw.Floats(257, 2, 0, 1), w = Draw.Floats(257, 3, 0, 3);
        float[] one = new float[1];
        for (int length = 0; length <= 257; length++)
        {
            float[] losses = new float[length], slopes = new float[length];
            LogisticCrossEntropy loss = default;
            PointwiseLosses.Loss(loss, x.AsSpan(0, length), t.AsSpan(0, length), w.AsSpan(0, length), losses);
            PointwiseLosses.Slope(loss, x.AsSpan(0, length), t.AsSpan(0, length), w.AsSpan(0, length), default, 1, false, slopes);
            Assert.Equal(Elementwise.Sum(losses), PointwiseLosses.Sum(loss, x.AsSpan(0, length), t.AsSpan(0, length), w.AsSpan(0, length)));
            for (int i = Math.Max(0, length - 20); i < length; i++)
            {
                PointwiseLosses.Loss(loss, x.AsSpan(i, 1), t.AsSpan(i, 1), w.AsSpan(i, 1), one);
                Assert.Equal(one[0], losses[i], 1e-5f); // the width's own exponential and logarithm: a few units of 6e-8
                PointwiseLosses.Slope(loss, x.AsSpan(i, 1), t.AsSpan(i, 1), w.AsSpan(i, 1), default, 1, false, one);
                Assert.Equal(one[0], slopes[i], 1e-5f);
            }
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var x = Draw.Weights([2, 3], 1);
        Assert.Equal("MSELoss: expected a target of the input's shape [2, 3], got [2]. Of class labels, labels.OneHot(3).To(ElementType.Float32) makes one.",
            Assert.Throws<ArgumentException>(() => new MSELoss().Forward(x, Tensor.Zeros([2]))).Message);
        Assert.Equal("MSELoss: expected a target of the input's shape [2, 3], got [6]. There are as many values in both: target.Reshape([2, 3]) has the input's shape.",
            Assert.Throws<ArgumentException>(() => new MSELoss().Forward(x, Tensor.Zeros([6]))).Message);
        Assert.Equal("MSELoss: expected at least 1 value, got the shape [0]. Leave an empty batch out.",
            Assert.Throws<ArgumentException>(() => new MSELoss().Forward(Tensor.Zeros([0]), Tensor.Zeros([0]))).Message);
        Assert.Equal("BCELoss: expected probabilities from 0 to 1, got 1.5. Put a sigmoid behind the network, or take BCEWithLogitsLoss of its logits.",
            Assert.Throws<ArgumentException>(() => new BCELoss().Forward(Tensor.Full([2], 1.5f), Tensor.Zeros([2]))).Message);
        Assert.Equal("BCELoss: expected targets from 0 to 1, got -1. A target is the share of the positive class.",
            Assert.Throws<ArgumentException>(() => new BCELoss().Forward(Tensor.Ones([2]), Tensor.Full([2], -1))).Message);
        Assert.Equal("BCEWithLogitsLoss: expected positive weights of a shape that broadcasts to the input's [2, 3], got [2].",
            Assert.Throws<ArgumentException>(() => new BCEWithLogitsLoss(posWeight: [1, 2]).Forward(x, Tensor.Zeros([2, 3]))).Message);
        Assert.Equal("BCEWithLogitsLoss: expected finite positive weights of 0 or more, got 1, -2.",
            Assert.Throws<ArgumentException>(() => new BCEWithLogitsLoss(posWeight: [1, -2])).Message);
        Assert.Equal("CrossEntropyLoss: expected a label smoothing from 0 to 1, got 1.5.",
            Assert.Throws<ArgumentException>(() => new CrossEntropyLoss(labelSmoothing: 1.5f)).Message);
        Assert.Equal("CrossEntropyLoss: expected finite class weights of 0 or more, one of them above 0, got 0, 0.",
            Assert.Throws<ArgumentException>(() => new CrossEntropyLoss(weight: [0, 0])).Message);
        Assert.Equal("CrossEntropyLoss: expected one class weight for each of the 3 logits, got 2.",
            Assert.Throws<ArgumentException>(() => new CrossEntropyLoss(weight: [1, 2]).Forward(x, Tensor.FromInt64(0, 1))).Message);
    }

    [Fact]
    public void Samples_whose_weights_are_all_zero_teach_nothing()
    {
        var x = Draw.Weights([2, 3], 1);
        var loss = new CrossEntropyLoss(weight: [0, 1, 1]).Forward(x, Tensor.FromInt64(0, 0));
        Assert.Equal(0, loss.Item());
        loss.Backward();
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void Labels_become_rows_with_a_one()
    {
        var rows = Tensor.FromInt64(2, 0).OneHot(3);
        Assert.Equal("MSELoss: expected a float32 target, got int64 [2, 3]. Convert it with To(ElementType.Float32).",
            Assert.Throws<ArgumentException>(() => new MSELoss().Forward(Tensor.Zeros([2, 3]), rows)).Message);
        Assert.Equal(1 / 3f, new MSELoss().Forward(Tensor.Zeros([2, 3]), rows.To(ElementType.Float32)).Item());
    }
}
