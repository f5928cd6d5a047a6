namespace Ballast.Tests.Plain;

/// <summary>A random network: layers that each read values computed before them, some of them several times, some early or late, with
/// parts that are frozen, and a loss that reads all that nobody else has read.</summary>
sealed class RandomNetwork
{
    readonly List<Layer> layers = [];
    readonly List<float[][]> after = [];

    public RandomNetwork(int seed, Shape input, IEnumerable<Layer> layers) => (Seed, Input, this.layers) = (seed, input, [.. layers]);

    public int Seed { get; }

    public Shape Input { get; }

    /// <summary>Whether it has images of 48 x 48 and more, or 300 channels.</summary>
    public bool IsLarge => Input.Rank == 4 && (Input[1] >= 300 || (Input[2] >= 48 && Input[3] >= 48));

    /// <summary>How many steps of the optimizer are made.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>Whether the graph is kept and gone through twice.</summary>
    public bool Retains { get; init; }

    /// <summary>Whether the input asks for its gradient.</summary>
    public bool AsksInput { get; init; }

    /// <summary>What makes the steps.</summary>
    public required OptimizerKind Optimizer { get; init; }

    /// <summary>What differs in a step of the run that led from its plain meaning, given what the step was given.</summary>
    public string? FaultOfSteps { get; private set; }

    /// <summary>How many steps the run that led has made, and how many of them the comparison said something about.</summary>
    public (int Made, int Told) StepsSeen { get; private set; }

    public IReadOnlyList<Layer> Layers => layers;

    /// <summary>The running statistics that the last run on a plain backend should have left, by their names.</summary>
    public Dictionary<string, Number[]> Running { get; } = [];

    /// <summary>The network without one layer, whose readers read its first input; null where shapes do not allow it.</summary>
    public RandomNetwork? Without(int dropped)
    {
        int instead = layers[dropped].Inputs[0];
        var before = instead == 0 ? Input : layers[instead - 1].Shape;
        bool isRead = layers.Skip(dropped + 1).Any(layer => layer.Inputs.Contains(dropped + 1));
        if (isRead && before != layers[dropped].Shape)
            return null;
        return new RandomNetwork(Seed, Input, layers.Where((_, i) => i != dropped).Select(layer => layer with
        {
            Inputs = Array.ConvertAll(layer.Inputs, i => i == dropped + 1 ? instead : i > dropped ? i - 1 : i),
        }))
        { Steps = Steps, Retains = Retains, AsksInput = AsksInput, Optimizer = Optimizer };
    }

    public RandomNetwork With(int steps, bool retains, bool asksInput) =>
        new(Seed, Input, layers) { Steps = steps, Retains = retains, AsksInput = asksInput, Optimizer = Optimizer };

    public override string ToString()
    {
        var text = string.Join("; ", layers.Select((layer, i) => $"{i + 1} = {layer.Name}({string.Join(", ", layer.Inputs)}) {layer.Shape}"));
        return $"network {Seed}: 0 = input {Input}{(AsksInput ? " with a gradient" : "")}; {text}; {Steps} steps"
            + $"{(Retains ? ", graph retained" : "")} by {Optimizer.Name}";
    }

    // A copy of what modules and generators are, so that each backend begins with the same.
    static StateDict[] Snapshot(IEnumerable<Module> modules) => [.. modules.Select(static module => module.StateDict())];

    /// <summary>Trains the network and tells everything that it gives: losses, gradients, weights, running statistics.</summary>
    /// <param name="leads">Whether this run's steps are compared with their plain meaning, one by one; other runs go on from its weights after
    /// each step of an optimizer that carries no errors.</param>
    public List<(string Name, Tensor Values)> Run(bool leads = false)
    {
        Module[] modules = [.. layers.Select(static layer => layer.Module).OfType<Module>().Distinct()];
        var before = Snapshot(modules);
        try
        {
            return Run(modules, leads);
        }
        finally
        {
            foreach (var part in Parts(modules))
            {
                part.Module.Forwarded = null;
                if (part.Module is BatchNorm norm)
                    norm.Normalizes = null;
            }

            for (int i = 0; i < modules.Length; i++)
                modules[i].LoadStateDict(before[i]);
        }
    }

    static IEnumerable<(int Index, string Name, Module Module)> Parts(Module[] modules) =>
        modules.SelectMany(static (module, i) => module.NamedModules().Select(part => (i, part.Name, part.Module)));

    // The running statistics of all parts, each told what its part is given.
    static List<(int Module, string Part, PlainRunning Running)> Follow(Module[] modules)
    {
        List<(int, string, PlainRunning)> all = [];
        HashSet<Module> met = [];
        foreach (var (i, name, part) in Parts(modules).Where(part => met.Add(part.Module)))
        {
            PlainRunning running = new(part is LazyModule lazy ? lazy.Layer : part);
            all.Add((i, name, running));
            if (part is MaskedBatchNorm1d masked)
                masked.Normalizes += (input, _, _, _) => running.Track(PlainBackend.Read(input));
            else
                part.Forwarded += (input, _) => running.Track(PlainBackend.Read(input));
        }

        return all;
    }

    List<(string Name, Tensor Values)> Run(Module[] modules, bool leads)
    {
        using var generator = Generator.UseDefault(new Generator(Seed));
        Parameter[] parameters = [.. modules.SelectMany(static module => module.Parameters())];
        var followed = Backend.Current is PlainBackend ? Follow(modules) : [];
        Parameter[] learning = [.. parameters.Where(static parameter => !parameter.Frozen)];
        var optimizer = learning.Length == 0 ? null : Optimizer.Make(learning);
        if (leads)
            (FaultOfSteps, StepsSeen) = (null, default);
        List<(string, Tensor)> found = [];
        for (int step = 0; step < Steps; step++)
        {
            foreach (var parameter in parameters)
                parameter.ZeroGrad();
            var input = Tensor.From(Draw.Floats(Input.Length, Seed * 31 + step), Input);
            if (AsksInput)
                input.RequiresGrad = true;
            var loss = Loss(input, step);
            found.Add(($"loss {step}", loss.Detach()));
            if (!loss.RequiresGrad)
                break;
            loss.Backward(retainGraph: Retains);
            if (Retains)
                loss.Backward();
            if (input.Grad is { } gradient)
                found.Add(($"gradient of the input {step}", gradient.Detach()));
            for (int i = 0; i < parameters.Length; i++)
            {
                if (parameters[i].Grad is { } own)
                    found.Add(($"gradient of parameter {i} {parameters[i].Shape}, step {step}", own.Detach()));
            }

            if (optimizer is not null)
                Move(optimizer, learning, step, leads);
        }

        for (int i = 0; i < parameters.Length; i++)
            found.Add(($"parameter {i}", parameters[i].Detach()));
        for (int i = 0; i < modules.Length; i++)
        {
            foreach (var (name, entry) in modules[i].StateDict())
            {
                if (entry.Tensor is not { ElementType: ElementType.Float32 } tensor || !name.Contains("running", StringComparison.Ordinal))
                    continue;
                found.Add(($"{modules[i]} {name} {i}", tensor.Clone()));
                foreach (var (module, part, running) in followed)
                {
                    string prefix = part.Length == 0 ? "" : $"{part}.";
                    if (module != i || !name.StartsWith(prefix, StringComparison.Ordinal))
                        continue;
                    if (running.Values.TryGetValue(name[prefix.Length..], out var expected))
                        Running[found[^1].Item1] = expected;
                }
            }
        }

        return found;
    }

    void Move(Optimizer optimizer, Parameter[] learning, int step, bool leads)
    {
        if (leads)
        {
            string? fault = PlainStep.Fault(Optimizer, optimizer, learning, out bool isTold);
            FaultOfSteps ??= fault;
            StepsSeen = (StepsSeen.Made + 1, StepsSeen.Told + (isTold ? 1 : 0));
            after.RemoveRange(step, after.Count - step);
            after.Add(Array.ConvertAll(learning, static parameter => parameter.ToArray()));
        }
        else if (Optimizer.IsCarried)
        {
            optimizer.Step();
        }
        else
        {
            for (int i = 0; i < learning.Length; i++)
                learning[i].CopyFrom(after[step][i]);
        }
    }

    /// <summary>The loss of a step on an input: the mean of all that no layer reads, each value times a number that is drawn.</summary>
    public Tensor Loss(Tensor input, int step)
    {
        List<Tensor> values = [input];
        HashSet<int> unread = [];
        foreach (var layer in layers)
        {
            values.Add(layer.Compute(Array.ConvertAll(layer.Inputs, i => values[i])));
            layer.Shape = values[^1].Shape;
            unread.Add(values.Count - 1);
            unread.ExceptWith(layer.Inputs);
        }

        Tensor? loss = null;
        foreach (int i in unread.Order())
        {
            var part = (values[i] * Tensor.From(Draw.Floats(values[i].Length, 1000 + i + step), values[i].Shape)).Mean();
            loss = loss is null ? part : loss + part;
        }

        return loss ?? input.Mean();
    }
}
