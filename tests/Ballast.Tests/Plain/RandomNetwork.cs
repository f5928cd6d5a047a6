namespace Ballast.Tests.Plain;

/// <summary>A random network: layers that each read values computed before them, some of them several times, some early or late, with
/// parts that are frozen, and a loss that reads all that nobody else has read.</summary>
sealed class RandomNetwork
{
    readonly List<Layer> layers = [];

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

    public double Momentum { get; init; }

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
        { Steps = Steps, Retains = Retains, AsksInput = AsksInput, Momentum = Momentum };
    }

    public RandomNetwork With(int steps, bool retains, bool asksInput) =>
        new(Seed, Input, layers) { Steps = steps, Retains = retains, AsksInput = asksInput, Momentum = Momentum };

    public override string ToString()
    {
        var text = string.Join("; ", layers.Select((layer, i) => $"{i + 1} = {layer.Name}({string.Join(", ", layer.Inputs)}) {layer.Shape}"));
        return $"network {Seed}: 0 = input {Input}{(AsksInput ? " with a gradient" : "")}; {text}; {Steps} steps"
            + (Retains ? ", graph retained" : "") + (Momentum > 0 ? ", momentum" : "");
    }

    // A copy of what modules and generators are, so that each backend begins with the same.
    static StateDict[] Snapshot(IEnumerable<Module> modules) => [.. modules.Select(static module => module.StateDict())];

    /// <summary>Trains the network and tells everything that it gives: losses, gradients, weights, running statistics.</summary>
    public List<(string Name, Tensor Values)> Run()
    {
        Module[] modules = [.. layers.Select(static layer => layer.Module).OfType<Module>().Distinct()];
        var before = Snapshot(modules);
        try
        {
            return Run(modules);
        }
        finally
        {
            for (int i = 0; i < modules.Length; i++)
                modules[i].LoadStateDict(before[i]);
        }
    }

    List<(string Name, Tensor Values)> Run(Module[] modules)
    {
        using var generator = Generator.UseDefault(new Generator(Seed));
        Parameter[] parameters = [.. modules.SelectMany(static module => module.Parameters())];
        var running = modules.ToDictionary(static module => module, static module => new PlainRunning(module));
        Parameter[] learning = [.. parameters.Where(static parameter => !parameter.Frozen)];
        SGD? optimizer = learning.Length == 0 ? null : new(learning, 0.05, Momentum, weightDecay: 0.01);
        List<(string, Tensor)> found = [];
        for (int step = 0; step < Steps; step++)
        {
            foreach (var parameter in parameters)
                parameter.ZeroGrad();
            var input = Tensor.From(Draw.Floats(Input.Length, Seed * 31 + step), Input);
            if (AsksInput)
                input.RequiresGrad = true;
            var loss = Loss(input, step, running);
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

            optimizer?.Step();
        }

        for (int i = 0; i < parameters.Length; i++)
            found.Add(($"parameter {i}", parameters[i].Detach()));
        for (int i = 0; i < modules.Length; i++)
        {
            foreach (var (name, entry) in modules[i].StateDict())
            {
                if (entry.Tensor is { ElementType: ElementType.Float32 } tensor && name.Contains("running", StringComparison.Ordinal))
                    found.Add(($"{modules[i]} {name} {i}", tensor.Clone()));
                if (running[modules[i]].Values.TryGetValue(name, out var expected))
                    Running[found[^1].Item1] = expected;
            }
        }

        return found;
    }

    Tensor Loss(Tensor input, int step, Dictionary<Module, PlainRunning> running)
    {
        List<Tensor> values = [input];
        HashSet<int> unread = [];
        foreach (var layer in layers)
        {
            if (layer.Module is { } module && Backend.Current is PlainBackend)
                running[module].Track(PlainBackend.Read(values[layer.Inputs[0]]));
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
