namespace Ballast;

/// <summary>Goes through a network for <see cref="Folding"/>: each chain is followed through the chains inside it, so that what
/// runs right behind what is known.</summary>
sealed class FoldingWalk
{
    // How often a chain is part of the network. What comes before one that is in two places depends on the place.
    readonly Dictionary<Sequential, int> places = [];
    readonly HashSet<Module> visited = [];

    public List<FoldedNormalization> Folded { get; } = [];

    public List<KeptNormalization> Kept { get; } = [];

    /// <summary>Normalizations outside of chains.</summary>
    public List<(string Name, Module Module)> Loose { get; } = [];

    /// <summary>Counts the places of each chain.</summary>
    public void Count(Module module)
    {
        if (module is Sequential chain)
        {
            places[chain] = places.GetValueOrDefault(chain) + 1;
            if (places[chain] > 1)
                return;
        }

        foreach (var (_, part) in module.Parts)
            Count(part);
    }

    /// <summary>Folds what can be folded in a module and its parts.</summary>
    public void Visit(Module module, string name)
    {
        if (module is IFoldable)
        {
            if (visited.Add(module))
                Loose.Add((name, module));
            Kept.Add(new KeptNormalization(name, module.Title,
                "It is not in a chain, so that what it reads may have other readers. Put it behind its layer "
                    + "in a Sequential, register both by RegisterChain, or give Fold an example input to find out."));
            return;
        }

        if (!visited.Add(module))
            return;
        if (module is IFoldsItself inside)
        {
            var report = inside.Fold();
            Folded.AddRange(report.Folded.Select(entry => entry with { Name = Module.Join(name, entry.Name), Into = Module.Join(name, entry.Into) }));
            Kept.AddRange(report.Kept.Select(entry => entry with { Name = Module.Join(name, entry.Name) }));
            return;
        }

        if (module is WeightStandardizedConv2d standardized)
        {
            Kept.Add(new KeptNormalization(name, standardized.ToString(),
                "It is not in a chain, where a plain Conv2d could take its place. Register it by RegisterChain, or call ToConv2d yourself."));
            return;
        }

        if (module is not Sequential chain)
        {
            foreach (var (part, inner) in module.Parts)
                Visit(inner, part.Length == 0 ? name : Module.Join(name, part));
            return;
        }

        List<Slot> slots = [];
        Collect(chain, name, slots);
        foreach (var slot in slots)
        {
            if (slot.Module is WeightStandardizedConv2d convolution)
                Standardize(convolution, slot);
        }

        for (int i = 0; i < slots.Count; i++)
        {
            if (slots[i].Module is IFoldable norm)
                Fold(norm, slots, i);
            else
                Visit(slots[i].Module, slots[i].Name);
        }
    }

    // A chain inside a chain runs in its place.
    void Collect(Sequential chain, string name, List<Slot> slots)
    {
        visited.Add(chain);
        int i = 0;
        foreach (var (part, module) in chain.Parts)
        {
            if (module is Sequential inner)
                Collect(inner, Module.Join(name, part), slots);
            else
                slots.Add(new Slot(chain, i, Module.Join(name, part)));
            i++;
        }
    }

    // It is a normalization too, of the weight: its place takes the convolution that it amounts to.
    void Standardize(WeightStandardizedConv2d convolution, Slot slot)
    {
        if (convolution.Training)
        {
            Kept.Add(new KeptNormalization(slot.Name, convolution.ToString(),
                "It is in training mode, where its weight still changes. Call Eval() on the network first."));
            visited.Add(convolution);
            return;
        }

        slot.Put(convolution.ToConv2d());
        Folded.Add(new FoldedNormalization(slot.Name, convolution.ToString(), slot.Name));
    }

    void Fold(IFoldable norm, List<Slot> slots, int i)
    {
        var slot = slots[i];
        string layer = slot.Module.Title;
        int before = i - 1;
        while (before >= 0 && slots[before].Module is Identity or Dropout { Training: false })
            before--;
        string? obstacle = Folding.Obstacle(norm, before < 0 ? null : slots[before].Module);
        if (obstacle is null && slots[before].Chain != slot.Chain && (IsShared(slots[before].Chain) || IsShared(slot.Chain)))
            obstacle = "It and the layer before it are in chains of which one has several places in the network.";
        if (obstacle is not null)
        {
            Kept.Add(new KeptNormalization(slot.Name, layer, obstacle));
            return;
        }

        slots[before].Put(Folding.Join(slots[before].Module, norm));
        slot.Put(new Identity());
        Folded.Add(new FoldedNormalization(slot.Name, layer, slots[before].Name));
    }

    bool IsShared(Sequential chain) => places[chain] > 1;

    /// <summary>A position in a chain.</summary>
    readonly record struct Slot(Sequential Chain, int Index, string Name)
    {
        public Module Module => Chain[Index];

        public void Put(Module module) => Chain.Put(Index, module);
    }
}
