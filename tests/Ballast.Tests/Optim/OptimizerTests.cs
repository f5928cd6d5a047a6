namespace Ballast.Tests;

public class OptimizerTests
{
    static Parameter One(float value = 1) => new(Tensor.From([value], [1]));

    [Fact]
    public void Groups_have_settings_of_their_own_and_settings_can_change_between_steps()
    {
        var (a, b) = (One(), One());
        var group = new ParameterGroup([b]) { LearningRate = 0.5f };
        var optimizer = new SGD([new ParameterGroup([a]), group], 0.25f);
        (a + b).Backward();
        optimizer.Step();
        Assert.Equal((0.75f, 0.5f), (a.Item(), b.Item()));
        optimizer.LearningRate = 0.125f;
        (group.LearningRate, group.WeightDecay) = (null, 1);
        optimizer.Step();
        Assert.Equal((0.625f, 0.5f - 0.125f * 1.5f), (a.Item(), b.Item()));
    }

    [Fact]
    public void Frozen_parameters_and_those_without_a_gradient_stay_and_their_steps_do_not_count()
    {
        var (used, unused, frozen) = (One(), One(), One());
        var optimizer = new Adam([used, unused, frozen], 0.1f, weightDecay: 0.5f);
        (used * frozen).Backward();
        frozen.Frozen = true;
        optimizer.Step();
        Assert.NotEqual(1, used.Item());
        Assert.Equal((1f, 1f), (unused.Item(), frozen.Item()));
        var state = optimizer.StateDict();
        Assert.Equal((1, 0, 0), (state["0.step"].Number, state["1.step"].Number, state["2.step"].Number));
    }

    [Fact]
    public void The_first_step_of_Adam_is_the_learning_rate_against_the_gradients_sign()
    {
        foreach (float gradient in new[] { 1e-4f, -3, 1e6f })
        {
            var w = One();
            (w * gradient).Backward();
            new Adam([w], 0.01f).Step();
            Assert.Equal(1 - 0.01f * Math.Sign(gradient), w.Item(), 2e-6f); // eps takes 1e-4 of it at 1e-4
        }
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("sgd")]
    [InlineData("momentum")]
    public void A_state_carries_over_to_the_last_bit(string kind)
    {
        Optimizer Make(Parameter w) => kind switch
        {
            "adam" => new Adam([w], 0.1f),
            "adamw" => new AdamW([w], 0.1f),
            "sgd" => new SGD([w], 0.1f),
            _ => new SGD([w], 0.1f, momentum: 0.9f, dampening: 0.5f),
        };

        static void Train(Optimizer optimizer, Parameter w, int from, int to)
        {
            for (int step = from; step < to; step++)
            {
                optimizer.ZeroGrad();
                (w * w * Draw.Data([5], step)).Sum().Backward();
                optimizer.Step();
            }
        }

        var whole = Draw.Weights([5], 1);
        Train(Make(whole), whole, 0, 9);

        var first = Draw.Weights([5], 1);
        var before = Make(first);
        Train(before, first, 0, 4);
        var second = new Parameter(first.Detach());
        var after = Make(second);
        after.LoadStateDict(before.StateDict());
        Train(after, second, 4, 9);
        Assert.Equal(Draw.Bits(whole.AsSpan()), Draw.Bits(second.AsSpan()));
    }

    [Fact]
    public void A_state_of_something_else_is_refused_and_changes_nothing()
    {
        var (w, v) = (Draw.Weights([2, 3], 1), Draw.Weights([4], 2));
        var optimizer = new Adam([w, v]);
        (w.Sum() + v.Sum()).Backward();
        optimizer.Step();
        long[] before = Draw.Bits(optimizer.StateDict());
        Refused("Adam: expected a state of 6 entries for 2 parameters, got 3.", new Adam([w]).StateDict());
        Refused("Adam: expected a state with step and exp_avg and exp_avg_sq for each parameter, got one with step and momentum_buffer. It belongs to an optimizer of another kind or other settings. Make the optimizer that it was saved by.",
            new SGD([w, v], 1, 0.9f).StateDict());
        Refused("Adam: the state has no 0.exp_avg of the shape [2, 3]. It belongs to another network or optimizer.",
            new Adam([v, w]).StateDict());
        var odd = new StateDict();
        foreach (var (key, entry) in optimizer.StateDict())
            odd.Add(key == "1.step" ? "step" : key, entry);
        Refused("Adam: the state has no whole number 1.step.", odd);
        Assert.Equal(before, Draw.Bits(optimizer.StateDict()));

        void Refused(string message, StateDict state) =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(() => optimizer.LoadStateDict(state)).Message);
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused()
    {
        var w = One();
        Refused("Adam: there are no parameters. Pass model.Parameters().", () => new Adam(Array.Empty<Parameter>()));
        Refused("Adam: a parameter [1] is given twice.", () => new Adam([w, w]));
        Refused("AdamW: expected a learning rate of 0 or more, got -1.", () => new AdamW([w], -1));
        Refused("SGD: expected a learning rate of 0 or more, got NaN.", () => new SGD([w], float.NaN));
        Refused("SGD: expected a weight decay of 0 or more, got -1.", () => new SGD([w], 1, weightDecay: -1));
        Refused("Adam: expected beta1 from 0 up to, not including, 1, got 1.",
            () => new Adam([w], beta1: 1));
        Refused("Adam: expected eps of 0 or more, got -1.", () => new Adam([w], eps: -1));
        Refused("SGD: expected momentum from 0 up to, not including, 1, got 1.", () => new SGD([w], 1, 1));
        Refused("SGD: expected dampening from 0 to 1, got 2.", () => new SGD([w], 1, 0.5f, 2));
        Refused("SGD: Nesterov needs a momentum and no dampening, got momentum 0 and dampening 0.",
            () => new SGD([w], 1, nesterov: true));

        static void Refused(string message, Func<object> action) =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }

    [Fact]
    public void Large_weights_are_changed_the_same_in_both_directions_and_by_any_number_of_threads()
    {
        int threads = Compute.Threads;
        try
        {
            int[]? expected = null;
            for (int count = 1; count <= 4; count++)
            {
                Compute.Threads = count;
                var layer = new Linear(1000, 70, generator: new Generator(1));
                var optimizer = new AdamW(layer.Parameters());
                for (int step = 0; step < 5; step++)
                {
                    optimizer.ZeroGrad();
                    layer.Forward(Draw.Data([9, 1000], step)).Backward(Draw.Data([9, 70], 50 + step));
                    optimizer.Step();
                }

                Assert.Equal(expected ??= Draw.Bits(layer.Weight.AsSpan()), Draw.Bits(layer.Weight.AsSpan()));
            }
        }
        finally
        {
            Compute.Threads = threads;
        }
    }

    [Fact]
    public void Settings_may_be_given_as_doubles_or_floats_and_are_the_same()
    {
        float Run(Func<Parameter, Optimizer> make)
        {
            var w = new Parameter(Tensor.From([1, 2], [2]));
            (w * w).Sum().Backward();
            make(w).Step();
            return w.ToArray()[0];
        }

        Assert.Equal(Run(static w => new SGD([w], 0.1f, 0.9f, 0, 0.01f)), Run(static w => new SGD([w], 0.1, 0.9, 0, 0.01)));
        Assert.Equal(Run(static w => new Adam([w], 0.1f, weightDecay: 0.01f)), Run(static w => new Adam([w], 0.1, weightDecay: 0.01)));
        Assert.Equal(Run(static w => new AdamW([w], 0.1f, weightDecay: 0.01f)), Run(static w => new AdamW([w], 0.1, weightDecay: 0.01)));
        Assert.Equal(0.1, new LeakyReLU(0.1).NegativeSlope);
        Assert.Equal(new GradientClipping(MaxValue: 0.5f), new GradientClipping(MaxValue: 0.5));
    }
}
