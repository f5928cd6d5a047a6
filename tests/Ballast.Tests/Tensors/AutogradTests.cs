namespace Ballast.Tests.Tensors;

/// <summary>What a backward pass adds to, keeps, and refuses.</summary>
public class AutogradTests
{
    static Parameter Weights(params float[] values) => new(Tensor.From(values, [values.Length]));

    static float[] Grad(Parameter parameter) => parameter.Grad!.ToArray();

    [Fact]
    public void Gradients_of_two_passes_add_up_until_they_are_cleared()
    {
        var w = Weights(1, 2);
        Assert.Null(w.Grad);
        (w * Tensor.From([3, 5], [2])).Sum().Backward();
        Assert.Equal([3, 5], Grad(w));
        (w * Tensor.From([10, 20], [2])).Sum().Backward();
        Assert.Equal([13, 25], Grad(w));
        w.ZeroGrad();
        Assert.Null(w.Grad);
        w.Sum().Backward();
        Assert.Equal([1, 1], Grad(w));
    }

    [Fact]
    public void Large_gradients_in_two_factors_add_up_as_well()
    {
        var layer = new Linear(2048, 9, generator: new Generator(1));
        var (x, y) = (Draw.Data([4, 2048], 2), Draw.Data([4, 2048], 3));
        var cotangent = Draw.Data([4, 9], 4);
        layer.Forward(x).Backward(cotangent);
        float[] first = Grad(layer.Weight);
        layer.ZeroGrad();
        layer.Forward(y).Backward(cotangent);
        float[] second = Grad(layer.Weight);
        layer.ZeroGrad();

        layer.Forward(x).Backward(cotangent);
        layer.Forward(y).Backward(cotangent);
        float[] both = Grad(layer.Weight);
        Assert.Equal(first.Zip(second, static (a, b) => a + b), both);
    }

    [Fact]
    public void A_gradient_that_was_read_is_gone_when_it_has_changed_and_kept_where_it_was_detached()
    {
        var w = Weights(1, 2);
        w.Sum().Backward();
        var before = w.Grad!;
        var kept = before.Detach();
        Assert.Same(before, w.Grad);
        w.Sum().Backward();
        Assert.Throws<InvalidOperationException>(() => before.ToArray());
        Assert.Equal([1, 1], kept.ToArray());
        Assert.Equal([2, 2], Grad(w));
        w.ZeroGrad();
        Assert.Equal([1, 1], kept.ToArray());
    }

    [Fact]
    public void A_second_pass_through_the_same_loss_is_refused()
    {
        var w = Weights(1, 2);
        var loss = w.Exp().Sum();
        loss.Backward();
        var error = Assert.Throws<InvalidOperationException>(loss.Backward);
        Assert.Equal(
            "Backward: a backward pass has already run through this tensor. Compute it again, or pass retainGraph: true the first time.",
            error.Message);
    }

    [Fact]
    public void A_retained_graph_gives_the_same_gradient_again()
    {
        var layer = new BatchNorm1d(3);
        var x = Draw.Weights([6, 3], 1);
        var loss = new CrossEntropyLoss().Forward(layer.Forward(x).Relu(), Tensor.FromInt64(0, 1, 2, 0, 1, 2));
        loss.Backward(retainGraph: true);
        float[] once = Grad(x), scale = Grad(layer.Weight!);
        x.ZeroGrad();
        layer.ZeroGrad();
        loss.Backward();
        Assert.Equal(once, Grad(x));
        Assert.Equal(scale, Grad(layer.Weight!));
        Assert.Throws<InvalidOperationException>(loss.Backward);
    }

    [Fact]
    public void Two_heads_share_a_trunk()
    {
        var (trunk, left, right) = (Draw.Weights([4, 3], 1), Draw.Weights([3, 2], 2), Draw.Weights([3, 1], 3));
        var x = Draw.Data([5, 4], 4);

        void Together() => (x.MatMul(trunk).MatMul(left).Sum() + x.MatMul(trunk).MatMul(right).Sum()).Backward();
        Together();
        float[] expected = Grad(trunk);
        trunk.ZeroGrad();
        left.ZeroGrad();
        right.ZeroGrad();

        var hidden = x.MatMul(trunk);
        var (first, second) = (hidden.MatMul(left).Sum(), hidden.MatMul(right).Sum());
        first.Backward(retainGraph: true);
        second.Backward();
        Near.Equal(expected, Grad(trunk), 1e-6);
        trunk.ZeroGrad();

        hidden = x.MatMul(trunk);
        (first, second) = (hidden.MatMul(left).Sum(), hidden.MatMul(right).Sum());
        first.Backward();
        var error = Assert.Throws<InvalidOperationException>(second.Backward);
        Assert.Equal(
            "Backward: a part of this computation was already released by another backward pass. Pass retainGraph: true to the first one.",
            error.Message);
        trunk.ZeroGrad();

        // What was refused has left nothing behind.
        Together();
        Near.Equal(expected, Grad(trunk), 1e-6);
    }

    [Fact]
    public void Nothing_is_recorded_under_NoGrad()
    {
        var w = Weights(1, 2);
        using (Tensor.NoGrad())
        {
            var y = w.Exp().Sum();
            Assert.False(y.RequiresGrad);
            using (Tensor.NoGrad())
                Assert.False((w * w).RequiresGrad);
            Assert.False((w * w).RequiresGrad);
            Refused(y);
        }

        Assert.True((w * w).RequiresGrad);
    }

    [Fact]
    public async Task NoGrad_is_a_matter_of_its_own_thread()
    {
        var w = Weights(1, 2);
        using var off = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        var other = Task.Factory.StartNew(
            () =>
            {
                using var scope = Tensor.NoGrad();
                off.Set();
                done.Wait();
                return w.Exp().RequiresGrad;
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        off.Wait();
        bool here = w.Exp().RequiresGrad;
        done.Set();
        Assert.False(await other);
        Assert.True(here);
    }

    [Fact]
    public void Data_and_detached_tensors_lead_nowhere()
    {
        var w = Weights(1, 2);
        Refused(Tensor.From([1], [1]));
        Refused(w.Exp().Detach().Sum());
        Refused(w.Clone().Sum());
        w.Frozen = true;
        Refused(w.Sum());
    }

    static void Refused(Tensor tensor)
    {
        var error = Assert.Throws<InvalidOperationException>(() => tensor.Backward());
        Assert.Equal(
            "Backward: no parameter that learns is behind this tensor. It was computed under NoGrad, detached, or from data alone.",
            error.Message);
    }

    [Fact]
    public void Several_values_need_a_gradient_of_their_shape_to_start_from()
    {
        var w = Weights(1, 2);
        var y = w * 3f;
        var error = Assert.Throws<InvalidOperationException>(() => y.Backward());
        Assert.Equal(
            "Backward: expected a single value, got [2]. Reduce it to a loss, or pass the gradient to start from.", error.Message);
        var shape = Assert.Throws<ArgumentException>(() => y.Backward(Tensor.Ones([1, 2])));
        Assert.Equal("Backward: expected a gradient of the shape [2], got [1, 2].", shape.Message);
        var start = Tensor.From([10, 100], [2]);
        y.Backward(start);
        Assert.Equal([30, 300], Grad(w));
        Assert.Equal([10, 100], start.ToArray());
    }

    [Fact]
    public void A_frozen_parameter_gathers_nothing_and_lets_the_gradient_pass()
    {
        var (w, frozen) = (Weights(1, 2), Weights(3, 4));
        frozen.Frozen = true;
        (w * frozen).Sum().Backward();
        Assert.Equal([3, 4], Grad(w));
        Assert.Null(frozen.Grad);

        var layer = new Linear(2, 2, generator: new Generator(1));
        (layer.Weight.Frozen, layer.Bias!.Frozen) = (true, true);
        w.ZeroGrad();
        layer.Forward(w.Reshape([1, 2])).Sum().Backward();
        Assert.Null(layer.Weight.Grad);
        Assert.Null(layer.Bias.Grad);
        Near.Equal([layer.Weight[0, 0] + layer.Weight[1, 0], layer.Weight[0, 1] + layer.Weight[1, 1]], Grad(w), 1e-6);
    }

    [Fact]
    public void A_weight_that_changes_between_forward_and_backward_changes_no_gradient()
    {
        var layer = new Linear(3, 2, generator: new Generator(1));
        var norm = new BatchNorm1d(2);
        var x = Draw.Weights([4, 3], 2);
        var cotangent = Draw.Data([4, 2], 3);
        norm.Forward(layer.Forward(x)).Relu().Backward(cotangent);
        float[] expected = Grad(x), scale = Grad(norm.Weight!), weight = Grad(layer.Weight);
        x.ZeroGrad();
        layer.ZeroGrad();
        norm.ZeroGrad();

        var output = norm.Forward(layer.Forward(x)).Relu();
        layer.Weight.CopyFrom([9, 9, 9, 9, 9, 9]);
        norm.Weight!.CopyFrom([7, 7]);
        norm.Bias!.CopyFrom([5, 5]);
        output.Backward(cotangent);
        Assert.Equal(expected, Grad(x));
        Assert.Equal(scale, Grad(norm.Weight));
        Assert.Equal(weight, Grad(layer.Weight));
        Assert.All(layer.Weight.ToArray(), value => Assert.Equal(9, value));

        var w = Weights(1, 2);
        var y = w.Exp() * w / w.Sqrt();
        float[] before = y.ToArray();
        w.CopyFrom([50, 60]);
        Assert.Equal(before, y.ToArray());
    }

    [Fact]
    public void Gradients_that_share_memory_do_not_share_changes()
    {
        // Both get the very gradient of the sum; adding to one must not reach the other.
        var (a, b) = (Weights(1, 2), Weights(3, 4));
        (a + b).Sum().Backward();
        (a * 10f).Sum().Backward();
        Assert.Equal([11, 11], Grad(a));
        Assert.Equal([1, 1], Grad(b));

        var start = Tensor.From([1, 1], [2]);
        a.ZeroGrad();
        (a + 0f).Backward(start);
        (a + 0f).Backward(start);
        Assert.Equal([2, 2], Grad(a));
        Assert.Equal([1, 1], start.ToArray());
    }

    [Fact]
    public void Passes_on_several_threads_do_not_meet()
    {
        Parallel.For(0, 8, seed =>
        {
            var w = Draw.Weights([3, 4], seed);
            for (int round = 0; round < 50; round++)
            {
                w.ZeroGrad();
                (w * w).Sum().Backward();
                Assert.Equal(w.ToArray().Select(static value => 2 * value), Grad(w));
            }
        });
    }
}
