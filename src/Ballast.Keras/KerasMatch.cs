using System.Globalization;

namespace Ballast;

/// <summary>Finds the module for each layer of Keras, and loads them all at once.</summary>
sealed class KerasMatch(Module module, string path, KerasOptions options)
{
    readonly List<KerasPlace> places = KerasPlace.Of(module);
    readonly List<string> notes = [];
    IReadOnlyDictionary<string, int?>? flattened;

    /// <summary>Loads the layers.</summary>
    public KerasLoad Run(IReadOnlyList<KerasLayer> layers)
    {
        var strange = layers.Where(static layer => layer.Weights.Count > 0 && !KerasKinds.Has(layer.Kind)).ToList();
        if (strange.Count > 0)
        {
            var first = strange[0];
            string weights = string.Join(", ", first.Weights.Select(static entry => $"{entry.Key} [{string.Join(", ", entry.Value.Shape)}]"));
            throw new InvalidDataException(
                $"{path}: the layer {first} with {weights} is of no class that is known here: {KerasKinds.All}. "
                    + $"Open the file by KerasFile.Open and take its tensors over by themselves.");
        }

        var parts = KerasFile.Parts(path, layers, options, layer => Guess(layer, layers)).ToList();
        StateDict state = [];
        List<(string, string)> done = [];
        var free = places.ToList();
        var named = parts.Where(part => options.Modules.ContainsKey(part.Name)).ToList();
        foreach (var part in named.Concat(parts.Except(named)))
        {
            var place = named.Contains(part) ? Named(part, free) : free.Find(place => place.Target == part.Target);
            if (place is null)
                throw Counts(parts, part.Target);
            free.Remove(place);
            Check(part, place);
            foreach (var (key, tensor) in part.State)
                state.Add(place.Key(place.Module is RNNBase ? Numbered(key, place.Number) : key), tensor);
            done.Add((part.Name, place.Path));
        }

        if (free.Count > 0)
            throw Counts(parts, free[0].Target);
        try
        {
            module.LoadStateDict(state);
        }
        catch (ArgumentException failure)
        {
            string pairs = string.Join(", ", done.Take(100).Select(static pair => $"{pair.Item1} -> {pair.Item2}"));
            throw new ArgumentException($"{path}: {failure.Message}\nThe layers of Keras went to: {pairs}.", failure);
        }

        return new KerasLoad(done, notes);
    }

    /// <summary>A key with the number of the layer: <c>weight_ih_reverse</c> of the first is <c>weight_ih_l0_reverse</c>.</summary>
    public static string Numbered(string key, int number)
    {
        const string Reverse = "_reverse";
        bool back = key.EndsWith(Reverse, StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{(back ? key[..^Reverse.Length] : key)}_l{number}{(back ? Reverse : "")}");
    }

    KerasPlace Named(KerasPart part, List<KerasPlace> free)
    {
        string path = options.Modules[part.Name];
        return free.Find(place => place.Path == path && place.Target == part.Target) ?? throw new ArgumentException(
            $"KerasOptions.Modules: the layer {part.Layer} should go to \"{path}\", which is no free {part.Target} of the network. "
                + $"There are {string.Join(", ", places.Where(place => place.Target == part.Target).Select(static place => place.Path))}.");
    }

    ArgumentException Counts(List<KerasPart> parts, KerasTarget target)
    {
        var (theirs, ours) = (parts.Where(part => part.Target == target).ToList(), places.Where(place => place.Target == target).ToList());
        return new ArgumentException(
            $"{path} has {theirs.Count} {(theirs.Count == 1 ? "layer" : "layers")} of the kind {target}"
                + $"{Named(theirs.Select(static part => part.Name))}, "
                + $"the network has {ours.Count}{Named(ours.Select(static place => place.Path))}. Make the network of the same layers.");

        static string Named(IEnumerable<string> names) => names.Any() ? $" ({string.Join(", ", names)})" : "";
    }

    // What decides on results and is no weight.
    void Check(KerasPart part, KerasPlace place)
    {
        double? eps = part.Layer.Number("epsilon"), own = place.Module switch { BatchNorm norm => norm.Eps, LayerNorm norm => norm.Eps, _ => null };
        if (eps is { } theirs && own is { } ours && Math.Abs(theirs - ours) > 1e-3 * theirs)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{path}: the layer {part.Layer} has an epsilon of {theirs}, and \"{place.Path}\" one of {ours}, which gives other results. ")
                + string.Create(CultureInfo.InvariantCulture, $"Make it with eps: {theirs}."));
        }

        // Keras tells how much of the old statistics stays, networks here how much of the new ones comes.
        if (place.Module is BatchNorm { Momentum: { } momentum } && part.Layer.Number("momentum") is { } kept
            && Math.Abs(1 - kept - momentum) > 1e-6)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"{part.Name} has the momentum {kept} in Keras, which is {Math.Round(1 - kept, 9)} here; {place.Path} has {momentum}. ")
                + "It matters in training alone.");
        }
    }

    // Weights alone do not tell what is flattened: the network does where it can be run, else the convolution before a layer in it.
    int? Guess(KerasLayer layer, IReadOnlyList<KerasLayer> layers)
    {
        var kind = KerasKinds.Canonical(layer.Kind!) switch
        {
            "Dense" => KerasTarget.Linear,
            "BatchNormalization" => KerasTarget.BatchNorm,
            _ => KerasTarget.LayerNorm,
        };
        string same = KerasKinds.Canonical(layer.Kind!);
        int number = layers.TakeWhile(other => other != layer).Count(other => other.Kind is { } name && KerasKinds.Canonical(name) == same);
        var place = options.Modules.TryGetValue(layer.Name, out string? path) ? places.Find(place => place.Path == path)
            : places.Where(place => place.Target == kind).ElementAtOrDefault(number);
        if (place is null)
            return 0;
        if (options.SampleShape is { } sample)
            return (flattened ??= KerasFlattening.Of(module, sample)).GetValueOrDefault(place.Path);
        int at = places.IndexOf(place);
        for (int i = at - 1; i >= 0; i--)
        {
            switch (places[i].Module)
            {
                case ConvNd convolution:
                    int channels = convolution.Weight.Shape[0], count = (int)Math.Min(layer.Weights.Values.First().Shape[0], int.MaxValue);
                    return count > channels && count % channels == 0 ? channels : 0;
                case Linear or RNNBase or Embedding:
                    return 0;
            }
        }

        return 0;
    }
}
