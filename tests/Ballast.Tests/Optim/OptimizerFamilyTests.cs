using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Twenty steps of every optimizer against PyTorch, with groups that have settings of their own and one that is added later:
/// optimizer-family.json.</summary>
public class OptimizerFamilyTests
{
    // Twenty steps, each rounding a weight of about 1 at 6e-8 and a step at a few of its own units.
    const double Tolerance = 2e-6;

    static readonly JsonElement Recorded = Golden.Load("optimizer-family.json");
    static readonly JsonElement[] Cases = [.. Recorded.GetProperty("cases").EnumerateArray()];

    public static TheoryData<string> Names => [.. Cases.Select(Name)];

    static string Name(JsonElement recorded) => recorded.GetProperty("name").GetString()!;

    // PyTorch's pairs are two settings here.
    static IEnumerable<(string Name, double Value)> Settings(JsonElement options)
    {
        foreach (var option in options.EnumerateObject())
        {
            (string First, string Second) pair = option.Name switch
            {
                "betas" => ("beta1", "beta2"),
                "etas" => ("etaminus", "etaplus"),
                "step_sizes" => ("step_size_min", "step_size_max"),
                _ => (option.Name, ""),
            };
            if (option.Value.ValueKind == JsonValueKind.Array)
            {
                yield return (pair.First, option.Value[0].GetDouble());
                yield return (pair.Second, option.Value[1].GetDouble());
                continue;
            }

            yield return (option.Name, option.Value.ValueKind switch
            {
                JsonValueKind.True => 1,
                JsonValueKind.False => 0,
                _ => option.Value.GetDouble(),
            });
        }
    }

    static ParameterGroup[] Groups(JsonElement recorded)
    {
        var shapes = Recorded.GetProperty("groups");
        var initial = Recorded.GetProperty("initial");
        int parameter = 0;
        return [.. recorded.GetProperty("lr").Floats().Select((rate, number) =>
        {
            ParameterGroup group = new(shapes[number].EnumerateArray().Select(
                shape => new Parameter(Tensor.From(initial[parameter++].Floats(), new Shape(shape.Ints())))))
            { LearningRate = rate };
            foreach (var (name, value) in Settings(recorded.GetProperty("own")[number]))
            {
                if (name == "weight_decay")
                    group.WeightDecay = (float)value;
                else
                    group[name] = value;
            }

            return group;
        })];
    }

    static Optimizer Make(string kind, IEnumerable<ParameterGroup> groups) => kind switch
    {
        "SGD" => new SGD(groups, 1),
        "Adam" => new Adam(groups),
        "AdamW" => new AdamW(groups),
        "RMSprop" => new RMSprop(groups),
        "Adagrad" => new Adagrad(groups),
        "Adadelta" => new Adadelta(groups),
        "Adamax" => new Adamax(groups),
        "NAdam" => new NAdam(groups),
        "RAdam" => new RAdam(groups),
        "ASGD" => new ASGD(groups),
        "Rprop" => new Rprop(groups),
        "Lion" => new Lion(groups),
        _ => new LAMB(groups),
    };

    // The options of all groups become each one's own: what decides what is kept has to be known when it is made.
    static (Optimizer Optimizer, ParameterGroup[] Groups) Make(JsonElement recorded)
    {
        var groups = Groups(recorded);
        foreach (var (name, value) in Settings(recorded.GetProperty("options")))
        {
            foreach (var group in groups)
            {
                if (name == "weight_decay")
                    group.WeightDecay ??= (float)value;
                else
                    group[name] ??= value;
            }
        }

        bool later = recorded.GetProperty("later").GetBoolean();
        return (Make(recorded.GetProperty("optimizer").GetString()!, later ? groups[..2] : groups), groups);
    }

    static void Step(Optimizer optimizer, Parameter[] parameters, int step)
    {
        optimizer.ZeroGrad();
        for (int i = 0; i < parameters.Length; i++)
        {
            float[] gradient = Recorded.GetProperty("gradients")[step][i].Floats();
            parameters[i].ZeroGrad();
            (parameters[i] + 0f).Backward(Tensor.From(gradient, parameters[i].Shape));
        }

        optimizer.Step();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_step_is_PyTorchs(string name)
    {
        var recorded = Cases.Single(one => Name(one) == name);
        var (optimizer, groups) = Make(recorded);
        Parameter[] parameters = [.. groups.SelectMany(static group => group.Parameters)];
        int looked = 0;
        for (int step = 0; step < 20; step++)
        {
            if (step == 7 && optimizer.Groups.Count == 2)
                optimizer.AddParameterGroup(groups[2]);
            Step(optimizer, parameters, step);
            if (step is not (0 or 6 or 19))
                continue;
            var after = recorded.GetProperty("after")[looked++];
            for (int i = 0; i < parameters.Length; i++)
                Near.Equal(after[i].Floats(), parameters[i].AsSpan(), Tolerance, $"step {step + 1}, parameter {i}");
        }

        CheckState(recorded.GetProperty("state"), optimizer.StateDict());
    }

    static void CheckState(JsonElement recorded, StateDict state)
    {
        for (int i = 0; i < recorded.GetArrayLength(); i++)
        {
            foreach (var entry in recorded[i].EnumerateObject())
            {
                float[] expected = entry.Value.ValueKind == JsonValueKind.Array ? entry.Value.Floats() : [entry.Value.GetSingle()];
                if (entry.Name == "step")
                {
                    Assert.Equal((long)expected[0], state[$"{i}.step"].Number);
                    continue;
                }

                var actual = state[$"{i}.{entry.Name}"].Tensor.AsSpan();
                Assert.Equal(expected.Length, actual.Length);
                for (int j = 0; j < expected.Length; j++)
                    Assert.True(Math.Abs(expected[j] - actual[j]) <= 2e-5 * Math.Abs(expected[j]) + 1e-12, $"{i}.{entry.Name}[{j}]: {expected[j]}, {actual[j]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_state_goes_to_PyTorchs_layout_and_back_and_goes_on_with_the_same_bits(string name)
    {
        var recorded = Cases.Single(one => Name(one) == name);
        var (whole, groups) = Make(recorded);
        var (resumed, others) = Make(recorded);
        Parameter[] parameters = [.. whole.Groups.SelectMany(static group => group.Parameters)];
        for (int step = 0; step < 5; step++)
            Step(whole, parameters, step);
        PyTorchState.Load(resumed, PyTorchState.Of(whole));
        Parameter[] copies = [.. resumed.Groups.SelectMany(static group => group.Parameters)];
        for (int i = 0; i < copies.Length; i++)
            copies[i].CopyFrom(parameters[i]);
        // SGD's steps are not in PyTorch's layout: what has a buffer has taken some.
        if (whole is not SGD)
            Assert.Equal(Draw.Bits(whole.StateDict()), Draw.Bits(resumed.StateDict()));
        for (int step = 5; step < 8; step++)
        {
            Step(whole, parameters, step);
            Step(resumed, copies, step);
        }

        for (int i = 0; i < copies.Length; i++)
            Assert.Equal(Draw.Bits(parameters[i].AsSpan()), Draw.Bits(copies[i].AsSpan()));
    }

    [Fact]
    public void Lion_follows_its_paper()
    {
        var (optimizer, groups) = Own("Lion");
        double[][] m = [.. groups.SelectMany(static group => group.Parameters).Select(static parameter => new double[parameter.Length])];
        Follow(optimizer, groups, (group, p, w, g, i, _) =>
        {
            double b1 = group["beta1"] ?? 0.9, b2 = group["beta2"] ?? 0.99, rate = group.LearningRate!.Value, decay = group.WeightDecay ?? 0;
            double direction = Math.Sign(b1 * m[p][i] + (1 - b1) * g);
            m[p][i] = b2 * m[p][i] + (1 - b2) * g;
            return w - rate * (direction + decay * w);
        });
    }

    [Fact]
    public void LAMB_follows_its_paper()
    {
        var (optimizer, groups) = Own("LAMB");
        double[][] m = [.. groups.SelectMany(static group => group.Parameters).Select(static parameter => new double[parameter.Length])];
        double[][] v = [.. m.Select(static each => new double[each.Length])], weights = [.. m.Select(static each => new double[each.Length])];
        double[] size = new double[m.Length], length = new double[m.Length];
        // Twice through each parameter: the norms first.
        double Direction(ParameterGroup group, int p, double w, double g, int i, int step)
        {
            double b1 = group["beta1"] ?? 0.9, b2 = group["beta2"] ?? 0.999, eps = group["eps"] ?? 1e-6;
            m[p][i] = b1 * m[p][i] + (1 - b1) * g;
            v[p][i] = b2 * v[p][i] + (1 - b2) * g * g;
            return m[p][i] / (1 - Math.Pow(b1, step)) / (Math.Sqrt(v[p][i] / (1 - Math.Pow(b2, step))) + eps) + (group.WeightDecay ?? 0) * w;
        }

        Follow(optimizer, groups, (group, p, w, g, i, step) =>
        {
            if (i == 0)
                size[p] = length[p] = 0;
            double r = weights[p][i] = Direction(group, p, w, g, i, step);
            size[p] += w * w;
            length[p] += r * r;
            return w;
        }, (group, p, w, i) => w - group.LearningRate!.Value * Math.Sqrt(size[p] / length[p]) * weights[p][i]);
    }

    static (Optimizer Optimizer, ParameterGroup[] Groups) Own(string kind)
    {
        ParameterGroup[] groups =
        [
            new([Draw.Weights([3, 2], 1), Draw.Weights([4], 2)]) { LearningRate = 0.01f, WeightDecay = 0.1f },
            new([Draw.Weights([5], 3)]) { LearningRate = 0.02f, ["beta1"] = 0.8, ["beta2"] = 0.9 },
        ];
        return (Make(kind, groups), groups);
    }

    delegate double Next(ParameterGroup group, int parameter, double w, double g, int i, int step);

    static void Follow(Optimizer optimizer, ParameterGroup[] groups, Next next, Func<ParameterGroup, int, double, int, double>? then = null)
    {
        var all = groups.SelectMany(static group => group.Parameters.Select(parameter => (Group: group, Parameter: parameter))).ToArray();
        double[][] expected = [.. all.Select(static one => Array.ConvertAll(one.Parameter.ToArray(), static value => (double)value))];
        for (int step = 1; step <= 20; step++)
        {
            optimizer.ZeroGrad();
            for (int p = 0; p < all.Length; p++)
            {
                float[] g = Draw.Floats(all[p].Parameter.Length, 100 * step + p);
                (all[p].Parameter + 0f).Backward(Tensor.From(g, all[p].Parameter.Shape));
                for (int i = 0; i < g.Length; i++)
                    expected[p][i] = next(all[p].Group, p, expected[p][i], g[i], i, step);
                for (int i = 0; i < g.Length && then is not null; i++)
                    expected[p][i] = then(all[p].Group, p, expected[p][i], i);
            }

            optimizer.Step();
            for (int p = 0; p < all.Length; p++)
                Near.Equal(expected[p], all[p].Parameter.AsSpan(), Tolerance, $"step {step}, parameter {p}");
        }
    }

    [Theory]
    [InlineData("bent")]
    [InlineData("valley")]
    public void LBFGS_takes_PyTorchs_steps(string function)
    {
        Tensor a = Tensor.From(Recorded.GetProperty("a").Floats(), [12, 4]), b = Tensor.From(Recorded.GetProperty("b").Floats(), [12]);
        foreach (var recorded in Recorded.GetProperty("searches").EnumerateArray().Where(one => one.GetProperty("function").GetString() == function))
        {
            var options = recorded.GetProperty("options");
            var w = new Parameter(Tensor.From([-0.5f, 1, 0.7f, -0.3f], [4]));
            var optimizer = new LBFGS(
                [w], options.GetProperty("lr").GetDouble(), options.GetProperty("max_iter").GetInt32(), options.Find("max_eval")?.GetInt32(),
                historySize: options.Find("history_size")?.GetInt32() ?? 100,
                lineSearch: options.Find("line_search_fn") is null ? LineSearch.None : LineSearch.StrongWolfe);
            Tensor Closure()
            {
                optimizer.ZeroGrad();
                var loss = function == "bent"
                    ? (a.MatMul(w) - b).Square().Sum() / 12 + w.Pow(4).Sum() * 0.3
                    : (1 - w.Select(0, 0)).Square() + (w.Select(0, 1) - w.Select(0, 0).Square()).Square() * 20
                        + (w.Select(0, 2) + w.Select(0, 3)).Square() * 0.1 + w.Select(0, 3).Pow(4);
                loss.Backward();
                return loss;
            }

            double[] losses = recorded.GetProperty("losses").Doubles();
            for (int step = 0; step < 4; step++)
            {
                // Recorded in double: a search multiplies roundings, and where it has converged the last digits decide how often it looks.
                // PyTorch's own float32 is 1e-2 away from it in the valley's fourth step.
                Assert.Equal(1, optimizer.Step(Closure).Item() / losses[step], 5e-3);
                Near.Equal(recorded.GetProperty("weights")[step].Floats(), w.AsSpan(), 5e-3, $"{function} {options}, step {step + 1}");
                var counts = recorded.GetProperty("counts")[step].Longs();
                if (step < 2)
                    Assert.Equal((counts[0], counts[1]), (optimizer.StateDict()["0.step"].Number, optimizer.StateDict()["0.func_evals"].Number));
            }
        }
    }

    [Fact]
    public void LBFGS_goes_on_from_its_state_with_the_same_bits()
    {
        Tensor a = Draw.Data([6, 3], 1), b = Draw.Data([6], 2);
        Tensor Loss(LBFGS optimizer, Parameter w)
        {
            optimizer.ZeroGrad();
            var loss = (a.MatMul(w).Tanh() - b).Square().Sum();
            loss.Backward();
            return loss;
        }

        LBFGS Make(Parameter w) => new([w], 0.5, maxIter: 3, historySize: 2, lineSearch: LineSearch.StrongWolfe);
        var whole = Draw.Weights([3], 3);
        var first = Make(whole);
        for (int i = 0; i < 2; i++)
            first.Step(() => Loss(first, whole));
        var copy = new Parameter(whole.Detach());
        var second = Make(copy);
        second.LoadStateDict(first.StateDict());
        for (int i = 0; i < 2; i++)
        {
            first.Step(() => Loss(first, whole));
            second.Step(() => Loss(second, copy));
        }

        Assert.Equal(Draw.Bits(whole.AsSpan()), Draw.Bits(copy.AsSpan()));
        Assert.Equal(Draw.Bits(first.StateDict()), Draw.Bits(second.StateDict()));
    }
}
