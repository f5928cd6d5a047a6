namespace Ballast;

/// <summary>Finds out by running a network which layer's result each normalization outside of a chain reads, and whether nothing else reads
/// it: with noise in the place of that result and the normalization's own result after it, the network's output has to stay the same.
/// </summary>
sealed class FoldingTrace
{
    readonly Module network;
    readonly Tensor example;
    readonly Dictionary<Module, List<(Tensor Input, Tensor Output)>> calls = [];
    readonly Dictionary<Module, List<Registration>> places = [];

    /// <summary>Traces one run.</summary>
    public FoldingTrace(Module network, Tensor example)
    {
        (this.network, this.example) = (network, example);
        Find(network, "");
        foreach (var module in places.Keys)
            module.Forwarded += Note(module);
        try
        {
            Run();
        }
        finally
        {
            foreach (var module in places.Keys)
                module.Forwarded -= Note(module);
        }
    }

    /// <summary>Folds a normalization into the layer whose result it reads; the reason where that cannot be done.</summary>
    public string? TryFold(Module module, out FoldedNormalization? folded)
    {
        folded = null;
        var norm = (IFoldable)module;
        if (norm.Varies is { } varies)
            return varies;
        var runs = calls.GetValueOrDefault(module, []);
        if (runs.Count != 1)
            return runs.Count == 0 ? "The example does not run it." : $"It runs {runs.Count} times in one pass.";
        var before = Producer(runs[0].Input);
        if (Folding.Obstacle(norm, before) is { } obstacle)
            return before is null ? "What it reads is no result of a layer." : obstacle;
        if (calls[before!].Count != 1 || places[before!].Count != 1 || places[module].Count != 1)
            return $"It or the {before!.Title} before it has several places in the network.";
        if (IsReadElsewhere(before!, calls[before!][0].Output, module, runs[0].Output))
            return $"The result of the {before!.Title} before it is read elsewhere too.";
        var joined = Folding.Join(before!, norm);
        string layer = module.Title;
        var (at, into) = (places[module][0], places[before!][0]);
        into.Put(joined);
        before!.Substitute = joined;
        at.Put(module.Substitute = new Identity());
        folded = new FoldedNormalization(at.Name, layer, into.Name);
        return null;
    }

    Module? Producer(Tensor input)
    {
        foreach (var (module, runs) in calls)
        {
            if (module is Linear or Conv2d && runs.Exists(run => run.Output.Root == input.Root))
                return module;
        }

        return null;
    }

    bool IsReadElsewhere(Module layer, Tensor result, Module norm, Tensor normalized)
    {
        var expected = Run();
        // Much larger than any result, so that a reader who takes a small part of it shows.
        layer.Substitute = new Constant(Tensor.Randn(result.Shape, new Generator(1)) * 1e4f);
        norm.Substitute = new Constant(normalized);
        try
        {
            float[] actual = Run().ToArray(), wanted = expected.ToArray();
            double tolerance = 1e-5 * wanted.Max(static value => Math.Abs((double)value));
            return !actual.Zip(wanted).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance);
        }
        finally
        {
            layer.Substitute = norm.Substitute = null;
        }
    }

    Tensor Run()
    {
        using var evaluating = ModeScope.Evaluate();
        using var off = Tensor.NoGrad();
        return network.Forward(example);
    }

    Action<Tensor, Tensor> Note(Module module)
    {
        if (!notes.TryGetValue(module, out var note))
        {
            note = (input, output) =>
            {
                if (!calls.TryGetValue(module, out var runs))
                    calls[module] = runs = [];
                input.IsSeen = output.IsSeen = true; // both are compared and read after the run
                runs.Add((input, output));
            };
            notes[module] = note;
        }

        return note;
    }

    readonly Dictionary<Module, Action<Tensor, Tensor>> notes = [];

    void Find(Module module, string name)
    {
        for (int i = 0; i < module.Parts.Count; i++)
        {
            var (part, inner) = module.Parts[i];
            string full = part.Length == 0 ? name : Module.Join(name, part);
            if (!places.TryGetValue(inner, out var found))
                places[inner] = found = [];
            found.Add(new Registration(module, i, full));
            if (found.Count == 1)
                Find(inner, full);
        }
    }

    /// <summary>Where a module is registered.</summary>
    readonly record struct Registration(Module Parent, int Index, string Name)
    {
        public void Put(Module module)
        {
            if (Parent is Sequential chain)
                chain.Put(Index, module);
            else
                Parent.Replace(Index, module);
        }
    }

    sealed class Constant(Tensor value) : Module
    {
        public override Tensor Forward(Tensor input) => value;
    }
}
