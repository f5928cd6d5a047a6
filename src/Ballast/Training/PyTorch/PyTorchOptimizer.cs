using System.Globalization;

namespace Ballast;

/// <summary>The layout of an optimizer's state in PyTorch: <c>{"state": {0: {"step", "exp_avg", "exp_avg_sq"}}, "param_groups": [{"lr", ...,
/// "params": [0, ...]}]}</c>.</summary>
static class PyTorchOptimizer
{
    const string Step = "step";

    /// <summary>An optimizer's state in this layout.</summary>
    public static StoredMapping Write(Optimizer optimizer)
    {
        var step = Layout(optimizer);
        var own = optimizer.StateDict();
        var state = new StoredMapping();
        var groups = new List<StoredValue>();
        int number = 0;
        foreach (var group in optimizer.Groups)
        {
            var numbers = new List<StoredValue>();
            foreach (var _ in group.Parameters)
            {
                // A parameter that has not moved yet has no state.
                if (own[Key(number, Step)].Number > 0 && (step != PyTorchStep.None || Names(optimizer, number).Length > 0))
                    state[number] = Moments(optimizer, own, number, step);
                numbers.Add(number++);
            }

            var entry = new StoredMapping { ["lr"] = Decimal(group.LearningRate ?? optimizer.LearningRate) };
            foreach (var (name, value) in Settings(optimizer, group))
                entry[name.ToString()!] = value;
            entry["weight_decay"] = Decimal(group.WeightDecay ?? optimizer.WeightDecay);
            entry["params"] = new StoredList(numbers);
            groups.Add(entry);
        }

        return new StoredMapping { ["state"] = state, ["param_groups"] = new StoredList(groups) };
    }

    /// <summary>Takes over a state of this layout, all of it or nothing.</summary>
    public static void Read(Optimizer optimizer, StoredValue value)
    {
        var step = Layout(optimizer);
        if (value is not StoredMapping root || root.Find("state") is not StoredMapping state
            || root.Find("param_groups") is not StoredList { Items: var groups })
        {
            Throw.InvalidData($"{Name(optimizer)}: expected PyTorch's optimizer.state_dict(), a mapping of state and param_groups, got {value}.");
            return;
        }

        Throw.Unless(groups.Count == optimizer.Groups.Count,
            $"{Name(optimizer)}: expected {optimizer.Groups.Count} groups of parameters, got {groups.Count}. Make the groups that PyTorch had.");
        var own = new StateDict();
        var settings = new List<(double LearningRate, double WeightDecay)>();
        int number = 0;
        for (int i = 0; i < groups.Count; i++)
        {
            settings.Add(ReadGroup(optimizer, groups[i], i, out var numbers));
            var parameters = optimizer.Groups[i].Parameters;
            Throw.Unless(numbers.Count == parameters.Count,
                $"{Name(optimizer)}: expected {parameters.Count} parameters in group {i}, got {numbers.Count}.");
            for (int j = 0; j < parameters.Count; j++)
                ReadMoments(optimizer, state.Find(numbers[j]), number++, step, own);
        }

        optimizer.LoadStateDict(own);
        if (settings.Count == 1)
        {
            (optimizer.LearningRate, optimizer.WeightDecay) = settings[0];
            (optimizer.Groups[0].LearningRate, optimizer.Groups[0].WeightDecay) = (null, null);
            return;
        }

        for (int i = 0; i < settings.Count; i++)
            (optimizer.Groups[i].LearningRate, optimizer.Groups[i].WeightDecay) = settings[i];
    }

    static StoredMapping Moments(Optimizer optimizer, StateDict own, int number, PyTorchStep step)
    {
        var moments = new StoredMapping();
        long steps = own[Key(number, Step)].Number!.Value;
        if (step == PyTorchStep.Tensor)
            moments[Step] = StoredTensor.From<float>("", [(float)steps]);
        else if (step == PyTorchStep.Whole)
            moments[Step] = steps;
        foreach (string name in Names(optimizer, number))
            moments[name] = own[Key(number, name)].Tensor;
        return moments;
    }

    static (double LearningRate, double WeightDecay) ReadGroup(Optimizer optimizer, StoredValue value, int index, out List<long> numbers)
    {
        if (value is not StoredMapping group || group.Find("params") is not StoredList { Items: var items }
            || items.Any(static item => item is not StoredInteger))
        {
            Throw.InvalidData($"{Name(optimizer)}: group {index} of PyTorch's state has no list of params.");
            numbers = [];
            return default;
        }

        numbers = [.. items.Select(static item => ((StoredInteger)item).Value)];
        foreach (var (key, expected) in Settings(optimizer, optimizer.Groups[index]))
        {
            string name = key.ToString()!;
            var got = group.Find(name);
            Throw.Unless(got is null || Same(expected, got),
                $"{Name(optimizer)}: expected {name} {Text(expected)} in group {index}, got {Text(got!)}. " +
                $"Make the optimizer with the settings that PyTorch's had.");
        }

        double rate = Number(group.Find("lr")) ?? double.NaN;
        double decay = Number(group.Find("weight_decay")) ?? (optimizer is Rprop ? 0 : double.NaN); // which has none
        Throw.Unless(float.IsFinite((float)rate) && rate >= 0 && float.IsFinite((float)decay) && decay >= 0,
            $"{Name(optimizer)}: expected lr and weight_decay of 0 or more in group {index}, " +
            $"got {group.Find("lr")} and {group.Find("weight_decay")}.");
        return (rate, decay);
    }

    static void ReadMoments(Optimizer optimizer, StoredValue? value, int number, PyTorchStep step, StateDict own)
    {
        var moments = value as StoredMapping;
        string[] names = Names(optimizer, number);
        // SGD counts no steps: what has a buffer has taken one.
        bool counts = step != PyTorchStep.None, began = counts ? moments is not null : names.Length > 0 && moments?.Find(names[0]) is StoredTensor;
        double? steps = began ? counts ? Number(moments!.Find(Step)) : 1 : 0;
        Throw.Unless(steps is >= 0 and <= long.MaxValue && steps == Math.Floor(steps.Value),
            $"{Name(optimizer)}: expected a whole number of steps for parameter {number}, got {moments?.Find(Step)?.ToString() ?? "none"}. " +
            $"The state belongs to another optimizer.");
        own.Add(Key(number, Step), new StateEntry((long)steps.Value));
        foreach (string name in names)
        {
            var stored = began ? moments!.Find(name) as StoredTensor : null;
            Throw.Unless(!began || stored is not null, $"{Name(optimizer)}: PyTorch's state has no {name} for parameter {number}.");
            own.Add(Key(number, name), stored?.ToTensor() ?? optimizer.States[number].First(name));
        }
    }

    static PyTorchStep Layout(Optimizer optimizer)
    {
        Throw.Unless(optimizer.PyTorchSteps is not null,
            $"{Name(optimizer)}: PyTorch's layout is known for Adam, AdamW, Adamax, NAdam, RAdam, SGD, ASGD, RMSprop, Rprop, Adagrad and Adadelta.");
        return optimizer.PyTorchSteps.Value;
    }

    // Pairs that PyTorch keeps as a tuple: its name, and the names of both.
    static readonly (string Tuple, string First, string Second)[] Pairs =
        [("betas", "beta1", "beta2"), ("etas", "etaminus", "etaplus"), ("step_sizes", "step_size_min", "step_size_max")];

    // What must be equal on both sides.
    static StoredMapping Settings(Optimizer optimizer, ParameterGroup group)
    {
        var settings = new StoredMapping();
        foreach (string name in optimizer.SettingNames)
        {
            StoredValue Value(string of) => optimizer.IsFlag(of) ? optimizer.Setting(group, of) != 0 : Decimal(optimizer.Setting(group, of));
            var pair = Array.Find(Pairs, pair => pair.First == name || pair.Second == name);
            if (pair.Tuple is null)
                settings[name] = Value(name);
            else if (pair.First == name)
                settings[pair.Tuple] = new StoredList([Value(pair.First), Value(pair.Second)], isTuple: true);
        }

        return settings;
    }

    static string[] Names(Optimizer optimizer, int number) => [.. optimizer.States[number].Entries.Select(static entry => entry.Name)];

    static bool Same(StoredValue expected, StoredValue got) => (expected, got) switch
    {
        (StoredBoolean a, StoredBoolean b) => a.Value == b.Value,
        (StoredList a, StoredList b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(static pair => Same(pair.First, pair.Second)),
        _ => Number(expected) is { } number && (float?)number == (float?)Number(got),
    };

    static double? Number(StoredValue? value) => value switch
    {
        StoredReal real => real.Value,
        StoredInteger whole => whole.Value,
        StoredTensor { Length: 1 } tensor => tensor.ToTensor().ToArray()[0],
        _ => null,
    };

    // 0.001f stands for 0.001 and not for 0.0010000000474974513.
    static double Decimal(float value) =>
        double.Parse(value.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);

    // A setting that was given as a float is one of these too.
    static double Decimal(double value) => value == (float)value ? Decimal((float)value) : value;

    static string Text(StoredValue value) => value is StoredList list ? $"({string.Join(", ", list.Items.Select(Text))})" : value.ToString()!;

    static string Name(Optimizer optimizer) => optimizer.GetType().Name;

    static string Key(int parameter, string name) => string.Create(CultureInfo.InvariantCulture, $"{parameter}.{name}");
}
