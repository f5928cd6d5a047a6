namespace Ballast.Lab;

/// <summary>Measures the activations of a network before and after each of its normalizations. It goes through the same few training images
/// each time, in mini-batches of training's size, in training mode and without gradients; weights, statistics and generators are as
/// before. Of a network without normalization it measures what its linear and convolutional layers give to their activations.</summary>
sealed class ActivationWatch
{
    const int Images = 256, Share = 20, ValuesOfBatch = 8191;

    readonly Module network;
    readonly DataLoader loader;
    readonly List<(string Name, Module Layer)> layers;

    /// <summary>Chooses the layers and the images.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">The images that it is trained on.</param>
    /// <param name="batchSize">How many images a mini-batch of training has.</param>
    public ActivationWatch(Module network, Dataset data, int batchSize)
    {
        this.network = network;
        // A twentieth of an epoch at most: what it costs is not to be noticed.
        int size = Math.Min(batchSize, data.Count), batches = Math.Max(1, Math.Min(Images, data.Count / Share) / size);
        loader = new DataLoader(data.Subset([.. Enumerable.Range(0, size * batches)]), size);
        layers = Chosen(network);
    }

    /// <summary>Whether a layer is a normalization, or stands in the place of one.</summary>
    public static bool IsNormalization(Module layer) => layer is BatchNorm or FrozenBatchNorm or GroupNorm or LayerNorm or RMSNorm or InstanceNorm
        or LocalResponseNorm or FilterResponseNorm or EvoNormB0 or EvoNormS0 or PointwiseNorm or NoisyBatchNorm;

    /// <summary>Measures all layers as they are now.</summary>
    /// <param name="step">How many mini-batches are done.</param>
    /// <param name="epoch">How many epochs are over.</param>
    /// <param name="take">Is given the values themselves too; null for nobody.</param>
    public IReadOnlyList<LayerSpread> Measure(long step, int epoch, TakeValues? take = null)
    {
        if (layers.Count == 0)
            return [];
        var before = new List<float>[layers.Count];
        var after = new List<float>[layers.Count];
        var state = network.StateDict();
        using var generator = Generator.UseDefault(new Generator(0));
        using var modes = new KeptModes(network);
        using var probe = Probe.Attach(network);
        for (int i = 0; i < layers.Count; i++)
        {
            var (given, gives) = (before[i] = [], after[i] = []);
            bool isNorm = IsNormalization(layers[i].Layer);
            probe.OnForward(layers[i].Name, pass =>
            {
                Add(given, isNorm ? pass.Input.ToArray() : pass.Output.ToArray());
                if (isNorm)
                    Add(gives, pass.Output.ToArray());
            });
        }

        try
        {
            using var off = Tensor.NoGrad();
            network.Train();
            foreach (var (inputs, _) in loader)
                network.Forward(inputs);
        }
        finally
        {
            network.LoadStateDict(state);
        }

        return [.. layers.Select((layer, i) => Spread(layer.Name, layer.Layer, before[i], after[i])).OfType<LayerSpread>()];

        LayerSpread? Spread(string name, Module layer, List<float> given, List<float> gives)
        {
            Span<float> inputs = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(given),
                outputs = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(gives);
            take?.Invoke($"{name}/{(outputs.IsEmpty ? "output" : "before")}", inputs);
            if (!outputs.IsEmpty)
                take?.Invoke($"{name}/after", outputs);
            return ValueSpread.Of(inputs) is { } spread
                ? new LayerSpread(step, epoch, name, $"{layer}", spread, outputs.IsEmpty ? null : ValueSpread.Of(outputs)) : null;
        }
    }

    // An odd stride comes to all channels and places in turn.
    static void Add(List<float> values, float[] all)
    {
        int stride = (all.Length / ValuesOfBatch) | 1;
        for (int i = 0; i < all.Length; i += stride)
            values.Add(all[i]);
    }

    static List<(string Name, Module Layer)> Chosen(Module network)
    {
        var seen = network.NamedModules().Where(entry => CanSee(network, entry.Name))
            .Select(static entry => (entry.Name, Layer: entry.Module)).ToList();
        var norms = seen.Where(static entry => IsNormalization(entry.Layer)).ToList();
        if (norms.Count > 0)
            return norms;
        var others = seen.Where(static entry => entry.Layer is Linear or Conv2d).ToList();
        return others.Count > 1 ? others[..^1] : others;
    }

    static bool CanSee(Module network, string name)
    {
        using var probe = Probe.Attach(network);
        try
        {
            probe.OnForward(name, static _ => { });
            return name.Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
