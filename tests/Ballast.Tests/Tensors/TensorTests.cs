namespace Ballast.Tests.Tensors;

public class TensorTests
{
    [Fact]
    public void Values_are_copied_in_and_out()
    {
        float[] values = [1, 2, 3, 4, 5, 6];
        var tensor = Tensor.From(values, [2, 3]);
        values[0] = 9;
        tensor.ToArray()[1] = 9;
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.ToArray());
        Assert.Equal((6, 5f), (tensor.Length, tensor[1, 1]));
        Assert.Equal([1, 1, 1], Tensor.Ones([3]).ToArray());
        Assert.Equal([0, 0], Tensor.Zeros([2]).ToArray());
        Assert.Equal(2.5f, Tensor.Full([], 2.5f).Item());
        Assert.Equal("Tensor [2, 3] [1, 2, 3, 4, 5, 6]", tensor.ToString());
        Assert.EndsWith("0, ...]", Tensor.Zeros([9]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_tensors_are_their_generators_draws()
    {
        float[] uniform = new float[20], normal = new float[20];
        var generator = new Generator(1);
        generator.Uniform(uniform);
        generator.Normal(normal);
        var again = new Generator(1);
        Assert.Equal(uniform, Tensor.Rand([4, 5], again).ToArray());
        Assert.Equal(normal, Tensor.Randn([20], again).ToArray());
        byte[] state = Generator.Default.GetState();
        float[] first = Tensor.Rand([3]).ToArray();
        Generator.Default.SetState(state);
        Assert.Equal(first, Tensor.Rand([3]).ToArray());
    }

    [Fact]
    public void Softmax_and_the_largest_of_each_row()
    {
        var x = Tensor.From([1, 2, 3, 5, 5, 0], [2, 3]);
        Assert.Equal([2, 0], x.ArgMax(1).ToArray<long>());
        float[] p = x.Softmax().ToArray();
        double sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);
        Near.Equal([Math.Exp(1) / sum, Math.Exp(2) / sum, Math.Exp(3) / sum], p.AsSpan(0, 3), 1e-6);
        Assert.Equal(1, p.Skip(3).Sum(), 1e-6);
    }

    [Fact]
    public void Matrices_without_values_multiply_to_zeros()
    {
        Assert.Equal([0, 0, 0, 0, 0, 0], Tensor.Zeros([2, 0]).MatMul(Tensor.Zeros([0, 3])).ToArray());
        Assert.Empty(Tensor.Zeros([2, 3]).MatMul(Tensor.Zeros([3, 0])).ToArray());
        Assert.Empty(Tensor.Zeros([0, 3]).MatMul(Tensor.Zeros([3, 2])).ToArray());
        var w = Draw.Weights([3, 2], 1);
        Tensor.Zeros([0, 3]).MatMul(w).Sum().Backward();
        Assert.Equal(new float[6], w.Grad!.ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_both()
    {
        var (a, b) = (Tensor.Zeros([2, 3]), Tensor.Zeros([4, 3]));
        Refused("+: the shapes [2, 3] and [4, 3] do not broadcast: 2 against 4.", () => a + b);
        Refused("/: the shapes [2, 3] and [2] do not broadcast: 3 against 2.", () => a / Tensor.Zeros([2]));
        Refused("MatMul: expected [M, K] and [K, N], got [2, 3] and [4, 3].", () => a.MatMul(b));
        Refused("MatMul: expected [..., M, K] and [K], got [2, 3] and [4].", () => a.MatMul(Tensor.Zeros([4])));
        Refused("Transpose: expected a matrix [M, N], got [3].", () => Tensor.Zeros([3]).Transpose());
        Refused("Reshape: [4] has 4 values, this tensor [2, 3] has 6.", () => a.Reshape([4]));
        Refused("Softmax: expected [N, C], got [3].", () => Tensor.Zeros([3]).Softmax());
        Refused("Tensor.From: expected 6 values for the shape [2, 3], got 1.", () => Tensor.From([1], [2, 3]));
        Refused("Tensor [2, 3]: expected 2 indices, got 1. A part of it is x[i, ..], or Select(axis, i).", () => a[1]);
        Refused("Tensor [2, 3]: expected 2 indices, got 3.", () => a[1, 2, 0]);
        Refused("TensorIndex: expected a position from 0 on, got -1. From the end they are counted ^1, ^2, ...", () => a[-1, ..][0]);
        Refused("Select: expected a position from 0 on, got -2. From the end they are counted ^1, ^2, ...", () => a.Select(0, -2)[0]);
        Refused("Tensor [2, 3]: index 3 is outside axis 1, which has 3 values.", () => a[1, 3]);
        Refused("Tensor [2, 3]: index -1 is outside axis 0, which has 2 values.", () => a[-1, 0]);
        Refused("Parameter [2, 3]: expected 6 values, got 2.", () => new Parameter(a).CopyFrom([1, 2]));
        Assert.Equal("Item: expected a tensor of one value, got [2, 3]. Read several with AsSpan().",
            Assert.Throws<InvalidOperationException>(() => a.Item()).Message);
    }

    static void Refused(string message, Action action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
