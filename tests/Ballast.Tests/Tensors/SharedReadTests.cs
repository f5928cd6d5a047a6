namespace Ballast.Tests.Tensors;

/// <summary>Values that several threads read, or that somebody looks at on the way.</summary>
public class SharedReadTests
{
    [Fact]
    public void Eight_threads_may_read_one_value_that_nobody_has_computed()
    {
        using var _ = Tensor.NoGrad();
        Conv2d conv = new(3, 8, 3);
        BatchNorm2d norm = new(8);
        var x = Tensor.Randn([2, 3, 9, 9], new Generator(1));
        norm.Eval();
        float[] expected = norm.Forward(conv.Forward(x)).Relu().ToArray();
        for (int round = 0; round < 200; round++)
        {
            var shared = norm.Forward(conv.Forward(x)).Relu();
            float[][] read = new float[8][];
            using Barrier start = new(8);
            Thread[] threads = [.. Enumerable.Range(0, 8).Select(i => new Thread(() =>
            {
                start.SignalAndWait();
                read[i] = i % 2 == 0 ? shared.ToArray() : shared.Clone().ToArray();
            }))];
            foreach (var thread in threads)
                thread.Start();
            foreach (var thread in threads)
                thread.Join();
            Assert.All(read, values => Assert.Equal(expected, values));
        }
    }

    [Fact]
    public void A_value_that_somebody_looks_at_stays_in_the_order_that_the_next_layer_wants()
    {
        using var _ = Tensor.NoGrad();
        var result = new Conv2d(3, 8, 3).Forward(Tensor.Randn([2, 3, 9, 9], new Generator(1)));
        float[] values = result.ToArray();
        Assert.True(result.Operand.Layout.Equals(Layout.ChannelsLast(result.Shape)));
        Assert.Equal(values, result.ToArray());
        Assert.Equal(values, result.Permute(0, 2, 3, 1).Permute(0, 3, 1, 2).ToArray());
    }
}
