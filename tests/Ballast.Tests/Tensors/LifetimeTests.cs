namespace Ballast.Tests.Tensors;

/// <summary>How long values can be read.</summary>
public class LifetimeTests
{
    sealed class Step
    {
        public Step(int seed)
        {
            Hidden = First.Forward(Draw.Data([6, 5], seed));
            Normal = Norm.Forward(Hidden);
            Open = Normal.Relu();
            Outputs = Last.Forward(Open);
            Loss = new CrossEntropyLoss().Forward(Outputs, Tensor.FromInt64(0, 1, 2, 0, 1, 2));
        }

        public Linear First { get; } = new(5, 4, generator: new Generator(1));
        public BatchNorm1d Norm { get; } = new(4);
        public Linear Last { get; } = new(4, 3, generator: new Generator(2));
        public Tensor Hidden { get; }
        public Tensor Normal { get; }
        public Tensor Open { get; }
        public Tensor Outputs { get; }
        public Tensor Loss { get; }
        public Adam Optimizer => new([First.Weight, First.Bias!, Norm.Weight!, Norm.Bias!, Last.Weight, Last.Bias!], 0.1f);
    }

    static void IsGone(Tensor tensor)
    {
        string expected = $"The values of this tensor {tensor.Shape} are gone: a backward pass, or a Sequential no "
            + "gradient goes back through, was done with it and its memory went back to the pool. "
            + "To keep a result for longer, keep result.Detach(), taken when it was made.";
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => tensor.ToArray()).Message);
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => tensor + 1f).Message);
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => tensor.Detach()).Message);
        Assert.Equal(expected, Assert.Throws<InvalidOperationException>(() => tensor.Reshape([tensor.Length]).ToArray()).Message);
    }

    [Fact]
    public void What_the_loss_came_from_is_there_until_the_next_pass_and_the_loss_for_ever()
    {
        var step = new Step(3);
        float[] outputs = step.Outputs.ToArray();
        float loss = step.Loss.Item();
        step.Loss.Backward();
        Assert.Equal(outputs, step.Outputs.ToArray());
        step.Optimizer.Step();
        Assert.Equal(outputs, step.Outputs.ToArray());
        for (int more = 0; more < 3; more++)
        {
            new Step(4).Loss.Backward();
            IsGone(step.Outputs);
            Assert.Equal(loss, step.Loss.Item());
        }
    }

    [Fact]
    public void A_result_of_several_values_is_there_until_the_pass_after_the_one_it_started()
    {
        var w = Draw.Weights([8, 2048], 18);
        var gradient = Draw.Data([8, 2048], 19);
        Tensor Pass()
        {
            w.ZeroGrad();
            var result = w.Exp();
            result.Backward(gradient);
            return result;
        }

        var first = Pass();
        var kept = first.Detach();
        float[] values = first.ToArray();
        var second = Pass();
        IsGone(first);
        Assert.Equal(values, kept.ToArray());
        Assert.Equal(values, second.ToArray());
        Pass();
        long made = Buffer.Allocated;
        for (int more = 0; more < 5; more++)
            Pass();
        Assert.Equal(made, Buffer.Allocated);
    }

    [Fact]
    public void Results_on_the_way_are_handed_back_by_the_pass()
    {
        var step = new Step(5);
        float[] open = step.Open.ToArray();
        step.Loss.Backward();
        Assert.NotEmpty(open);
        IsGone(step.Hidden);
        IsGone(step.Normal);
        IsGone(step.Open);
    }

    [Fact]
    public void A_detached_result_survives_every_later_step()
    {
        var step = new Step(6);
        var (hidden, normal, open, outputs) =
            (step.Hidden.Detach(), step.Normal.Detach(), step.Open.Detach(), step.Outputs.Detach());
        float[][] expected = [hidden.ToArray(), normal.ToArray(), open.ToArray(), outputs.ToArray()];
        var later = new Step(6);
        var unread = later.Open.Detach();
        later.Loss.Backward();
        step.Loss.Backward();
        step.Optimizer.Step();
        for (int more = 0; more < 5; more++)
        {
            var another = new Step(7 + more);
            another.Loss.Backward();
            another.Optimizer.Step();
        }

        float[][] actual = [hidden.ToArray(), normal.ToArray(), open.ToArray(), outputs.ToArray()];
        Assert.Equal(expected, actual);
        Assert.Equal(expected[2], unread.ToArray());
    }

    [Fact]
    public void A_retained_pass_hands_nothing_back()
    {
        var step = new Step(8);
        float[] hidden = step.Hidden.ToArray();
        step.Loss.Backward(retainGraph: true);
        new Step(9).Loss.Backward();
        Assert.Equal(hidden, step.Hidden.ToArray());
        step.Loss.Backward();
        IsGone(step.Hidden);
    }

    [Fact]
    public void Data_and_weights_are_never_handed_back()
    {
        var (x, w) = (Draw.Data([4, 3], 10), Draw.Weights([3, 2], 11));
        float[] before = x.ToArray(), weights = w.ToArray();
        for (int round = 0; round < 3; round++)
            x.MatMul(w).Sum().Backward();
        Assert.Equal(before, x.ToArray());
        Assert.Equal(weights, w.ToArray());
    }

    [Fact]
    public void A_detached_weight_keeps_its_values_while_the_weight_learns()
    {
        var w = Draw.Weights([3], 12);
        var snapshot = w.Detach();
        float[] before = w.ToArray();
        var optimizer = new SGD([w], 0.5f);
        w.Sum().Backward();
        optimizer.Step();
        Assert.Equal(before, snapshot.ToArray());
        Assert.Equal(before.Select(static value => value - 0.5f), w.ToArray());
    }

    [Fact]
    public void Views_share_the_life_of_what_they_show()
    {
        var w = Draw.Weights([2, 3], 13);
        var y = w.Exp();
        var view = y.Reshape([6]);
        var plain = Draw.Data([2, 3], 14);
        var flat = plain.Reshape([3, 2]);
        Assert.Equal(plain.ToArray(), flat.ToArray());
        float[] values = view.ToArray();
        Assert.Equal(y.ToArray(), values);
        (view * 2f).Sum().Backward();
        Assert.Equal(values, y.ToArray());
        Assert.Equal(values, view.ToArray());
        w.Exp().Sum().Backward();
        IsGone(y);
        IsGone(view);
    }

    static void Watch(List<Tensor> seen, Module layer) => layer.Forwarded += (_, output) => seen.Add(output);

    [Fact]
    public void A_sequence_that_records_nothing_hands_back_what_passes_between_its_modules()
    {
        var seen = new List<Tensor>();
        var input = Draw.Data([4, 5], 15);
        var net = new Sequential(
            new Linear(5, 3, generator: new Generator(1)), new Linear(3, 3, generator: new Generator(2)), new Flatten(), new ReLU());
        float[] recorded = net.Forward(input).ToArray();
        Watch(seen, net[0]);
        Watch(seen, net[2]);
        using var off = Tensor.NoGrad();
        var output = net.Forward(input);
        Assert.Equal(recorded, output.ToArray());
        Assert.Equal(2, seen.Count);
        Assert.All(seen, IsGone);
        Assert.Equal(20, input.ToArray().Length);
        Assert.Equal(output.ToArray(), net.Forward(input).ToArray());
    }

    [Fact]
    public void What_a_module_of_ones_own_was_given_stays_readable()
    {
        var seen = new List<Tensor>();
        var input = Draw.Data([4, 5], 15);
        var net = new Sequential(
            new Linear(5, 3, generator: new Generator(1)), new Spy(seen), new Linear(3, 3, generator: new Generator(2)), new Flatten(),
            new Spy(seen), new ReLU());
        using var off = Tensor.NoGrad();
        net.Forward(input);
        Assert.Equal([12, 12], seen.ConvertAll(static tensor => tensor.ToArray().Length));
    }

    [Fact]
    public void A_frozen_front_is_handed_back_at_once_and_its_last_result_by_the_pass()
    {
        var seen = new List<Tensor>();
        var front = new Linear(5, 3, generator: new Generator(1));
        front.Weight.Frozen = front.Bias!.Frozen = true;
        var relu = new ReLU();
        Watch(seen, front);
        Watch(seen, relu);
        var output = new Sequential(front, relu, new Linear(3, 3, generator: new Generator(2))).Forward(Draw.Data([4, 5], 15));
        IsGone(seen[0]);
        Assert.Equal(12, seen[1].ToArray().Length);
        output.Backward(Draw.Data([4, 3], 16), retainGraph: true);
        Assert.Equal(12, seen[1].ToArray().Length);
        output.Backward(Draw.Data([4, 3], 16));
        IsGone(seen[1]);
    }

    // A module may hand out what it keeps: its own parameter, or its input.
    [Fact]
    public void A_sequence_that_records_nothing_leaves_alone_what_is_not_its_own()
    {
        var constant = new Constant();
        float[] before = constant.Value.ToArray();
        using var off = Tensor.NoGrad();
        var first = new Sequential(constant, new ReLU()).Forward(Tensor.Zeros([1]));
        var second = new Sequential(constant, new ReLU()).Forward(Tensor.Zeros([1]));
        Assert.Equal(before, constant.Value.ToArray());
        Assert.Equal(first.ToArray(), second.ToArray());

        var input = Draw.Data([2, 3], 16);
        var inner = new Sequential(new Flatten(), new ReLU());
        var sum = input + inner.Forward(input);
        Assert.Equal(input.ToArray().Select(static value => value + Math.Max(value, 0)), sum.ToArray());
    }

    sealed class Spy(List<Tensor> seen) : Module
    {
        public override Tensor Forward(Tensor input)
        {
            seen.Add(input);
            return input;
        }
    }

    sealed class Constant : Module
    {
        public Constant() => Value = Register("value", Draw.Weights([3], 17));

        public Parameter Value { get; }

        public override Tensor Forward(Tensor input) => Value;
    }
}
