namespace Ballast.Tests;

/// <summary>Settings of groups, groups that are added later, and what is refused.</summary>
public class OptimizerSettingTests
{
    static Parameter One(float value = 1) => new(Tensor.From([value], [1]));

    static void Refused(string message, Action action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);

    [Fact]
    public void A_setting_of_a_group_counts_before_the_optimizers_and_both_can_change()
    {
        var (a, b) = (One(), One());
        var group = new ParameterGroup([b]) { ["momentum"] = 0.25 };
        var sgd = new SGD([new ParameterGroup([a]), group], 1, momentum: 0.5);
        for (int i = 0; i < 2; i++)
        {
            sgd.ZeroGrad();
            (a + b).Backward();
            sgd.Step();
        }

        Assert.Equal((1 - 1 - 1.5f, 1 - 1 - 1.25f), (a.Item(), b.Item()));
        sgd["momentum"] = 0;
        sgd.Step();
        Assert.Equal((-2.5f, -1.25f - 1 - 0.25f * 1.25f), (a.Item(), b.Item()));
        Assert.Equal(["momentum", "dampening", "nesterov", "maximize"], sgd.SettingNames);
        Assert.Equal(0, sgd["momentum"]);
    }

    [Fact]
    public void What_is_set_later_is_refused_where_it_is_set_and_stays_as_it_was()
    {
        var group = new ParameterGroup([One()]) { ["dampening"] = 0.5 };
        var sgd = new SGD([group], 0.1, momentum: 0.5);
        var adam = new Adam([One()], 0.1);
        Refused("Adam: there is no setting \"beta_1\". It has beta1, beta2, eps, amsgrad, maximize.", () => adam.Groups[0]["beta_1"] = 0.3);
        Refused("Adam: expected beta1 from 0 up to, not including, 1, got NaN.", () => adam.Groups[0]["beta1"] = double.NaN);
        Refused("Adam: expected a learning rate of 0 or more, got NaN.", () => adam.Groups[0].LearningRate = double.NaN);
        Refused("Adam: expected a learning rate of 0 or more, got -0.1.", () => adam.LearningRate = -0.1);
        Refused("Adam: expected a weight decay of 0 or more, got -1.", () => adam.Groups[0].WeightDecay = -1);
        Refused("Adam: expected a weight decay of 0 or more, got Infinity.", () => adam.WeightDecay = 1e39);
        Refused("SGD: Nesterov needs a momentum and no dampening, got momentum 0.5 and dampening 0.5.", () => group["nesterov"] = 1);
        Refused("SGD: Nesterov needs a momentum and no dampening, got momentum 0.5 and dampening 0.5.", () => sgd["nesterov"] = 1);
        Assert.Equal((null, 0.0, null, null), (group["nesterov"], sgd["nesterov"], adam.Groups[0].LearningRate, adam.Groups[0]["beta1"]));
        Assert.Equal((0.1, 0.0), (adam.LearningRate, adam.WeightDecay));
        group["dampening"] = null;
        group["nesterov"] = 1;
        Refused("SGD: Nesterov needs a momentum and no dampening, got momentum 0.5 and dampening 1.", () => group["dampening"] = 1);
        Refused("SGD: Nesterov needs a momentum and no dampening, got momentum 0 and dampening 0.", () => sgd["momentum"] = 0);
        Refused("Adam: expected a learning rate of 0 or more, got -1.",
            () => adam.AddParameterGroup(new ParameterGroup([One()]) { LearningRate = -1 }));
        Assert.Single(adam.Groups);
    }

    [Fact]
    public void A_state_that_was_not_asked_for_when_the_optimizer_was_made_cannot_be_wanted_later()
    {
        var sgd = new SGD([new ParameterGroup([One()]), new ParameterGroup([One()]) { ["momentum"] = 0.5 }], 0.1);
        string message = "SGD: expected momentum to stay such that no momentum_buffer is needed, which is not kept, got 0.9. "
            + "Give it when the optimizer is made, or the group is added.";
        Refused(message, () => sgd.Groups[0]["momentum"] = 0.9);
        Refused(message, () => sgd["momentum"] = 0.9);
        sgd.Groups[1]["momentum"] = 0.9;
        Assert.Equal((0.0, null), (sgd["momentum"], sgd.Groups[0]["momentum"]));
        var adam = new Adam([One()], 0.1);
        Assert.Throws<ArgumentException>(() => adam["amsgrad"] = 1);
    }

    [Fact]
    public void A_group_that_is_added_begins_its_own_steps()
    {
        var (a, b) = (One(), One());
        var adam = new Adam([a], 0.1);
        (a * 3).Backward();
        adam.Step();
        adam.AddParameterGroup(new ParameterGroup([b]) { LearningRate = 0.5f, ["eps"] = 0.1 });
        (a + b).Backward();
        adam.Step();
        var state = adam.StateDict();
        Assert.Equal((2, 1), (state["0.step"].Number, state["1.step"].Number));
        Assert.Equal(1 - 0.5f / 1.1f, b.Item(), 1e-6f);
        var scheduler = new LearningRateScheduler(adam, new StepSchedule(1, 0.5));
        var c = new ParameterGroup([One()]) { LearningRate = 0.25f };
        adam.AddParameterGroup(c);
        scheduler.Set(1);
        Assert.Equal((0.05f, 0.25, 0.125), ((float)adam.LearningRate, adam.Groups[1].LearningRate, c.LearningRate));
    }

    [Fact]
    public void Climbing_is_descending_the_negative()
    {
        float[] Run(bool maximize)
        {
            var layer = new Linear(40, 30, generator: new Generator(1)); // whose gradient stays two factors
            var adam = new Adam(layer.Parameters(), 0.1, maximize: maximize);
            for (int step = 0; step < 3; step++)
            {
                adam.ZeroGrad();
                var loss = layer.Forward(Draw.Data([5, 40], step)).Square().Sum();
                (maximize ? loss * -1 : loss).Backward();
                adam.Step();
            }

            return layer.Weight.ToArray();
        }

        Assert.Equal(Run(false), Run(true));
    }

    [Fact]
    public void A_schedule_sets_the_momentum_of_all_groups()
    {
        var group = new ParameterGroup([One()]) { ["momentum"] = 0.5 };
        var sgd = new SGD([new ParameterGroup([One()]), group], 0.1, momentum: 0.9);
        new LearningRateScheduler(sgd, new OneCycleSchedule(10)).Set(0);
        Assert.Equal((0.95, 0.95), (sgd["momentum"], group["momentum"]));
    }

    [Fact]
    public void A_closure_is_called_once_and_its_loss_given_back()
    {
        var w = One(3);
        var sgd = new SGD([w], 0.25);
        var loss = sgd.Step(() =>
        {
            sgd.ZeroGrad();
            var square = (w * w).Sum();
            square.Backward();
            return square;
        });
        Assert.Equal((9f, 1.5f), (loss.Item(), w.Item()));
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused()
    {
        var w = One();
        Refused("RMSprop: expected alpha from 0 to 1, got 2.", () => _ = new RMSprop([w], alpha: 2));
        Refused("RMSprop: expected momentum of 0 or more, got -1.", () => _ = new RMSprop([w], momentum: -1));
        Refused("Adadelta: expected rho from 0 to 1, got -0.5.", () => _ = new Adadelta([w], rho: -0.5));
        Refused("Rprop: expected etaminus between 0 and 1, got 1.", () => _ = new Rprop([w], etaMinus: 1));
        Refused("Rprop: expected etaplus above 1, got 1.", () => _ = new Rprop([w], etaPlus: 1));
        Refused("Adagrad: expected lr_decay of 0 or more, got NaN.", () => _ = new Adagrad([w], lrDecay: double.NaN));
        Refused("Adam: expected beta2 from 0 up to, not including, 1, got 1.",
            () => _ = new Adam([new ParameterGroup([w]) { ["beta2"] = 1 }]));
        Refused("Adam: expected amsgrad of 1 or 0, got 0.5.", () => _ = new Adam([new ParameterGroup([w]) { ["amsgrad"] = 0.5 }]));
        Refused("Adam: there is no setting \"momentum\". It has beta1, beta2, eps, amsgrad, maximize.",
            () => _ = new Adam([new ParameterGroup([w]) { ["momentum"] = 0.9 }]));
        Refused("SGD: Nesterov needs a momentum and no dampening, got momentum 0 and dampening 0.",
            () => _ = new SGD([new ParameterGroup([w]) { ["nesterov"] = 1 }], 0.1));
        var adam = new Adam([w]);
        Refused("Adam: expected eps of 0 or more, got -1.", () => adam["eps"] = -1);
        Refused("Adam: there is no setting \"alpha\". It has beta1, beta2, eps, amsgrad, maximize.", () => _ = adam["alpha"]);
        Refused("Adam: a parameter [1] is given twice.", () => adam.AddParameterGroup(new ParameterGroup([w])));
        Refused("Adam: the group has no parameters. Pass some of model.Parameters().", () => adam.AddParameterGroup(new ParameterGroup([])));
        Refused("Adam: expected eps of 0 or more, got -1.", () => adam.AddParameterGroup(new ParameterGroup([One()]) { ["eps"] = -1 }));
        Assert.Single(adam.Groups);
        Refused("LBFGS: it has one group of parameters, whose steps go together. Make another optimizer of all of them.",
            () => new LBFGS([w]).AddParameterGroup(new ParameterGroup([One()])));
        Assert.StartsWith("LBFGS: a step computes the loss several times.",
            Assert.Throws<InvalidOperationException>(() => new LBFGS([w]).Step()).Message, StringComparison.Ordinal);
        Refused("Lion: PyTorch's layout is known for Adam, AdamW, Adamax, NAdam, RAdam, SGD, ASGD, RMSprop, Rprop, Adagrad and Adadelta.",
            () => PyTorchState.Of(new Lion([w])));
    }
}
