namespace Ballast;

/// <summary>A layer as Keras has it.</summary>
/// <param name="Name">The name that Keras would give it: <c>conv2d_1</c>.</param>
/// <param name="Kind">Its class.</param>
/// <param name="Weights">Its weights in Keras's order and layout, those of a direction as <c>forward/kernel</c>.</param>
/// <param name="Place">What it was made of.</param>
sealed record KerasWritten(string Name, string Kind, IReadOnlyList<(string Role, Tensor Value)> Weights, KerasPlace Place);

/// <summary>Brings a network's weights into the layout that Keras has: what <see cref="KerasParts"/> does, backwards.</summary>
static class KerasWriting
{
    /// <summary>The layers of Keras that a network's are.</summary>
    /// <param name="network">The network.</param>
    /// <param name="flattened">The channels of what a layer takes flattened.</param>
    /// <exception cref="ArgumentException">A layer is none that Keras has.</exception>
    public static List<KerasWritten> Of(Module network, Func<KerasPlace, int> flattened)
    {
        var state = network.StateDict();
        HashSet<string> used = new(StringComparer.Ordinal);
        Dictionary<string, int> numbers = [];
        List<KerasWritten> layers = [];
        foreach (var place in KerasPlace.Of(network))
        {
            Tensor? Taken(string end)
            {
                string key = place.Key(end);
                return state.TryGetValue(key, out var entry) && used.Add(key) ? entry.Tensor : null;
            }

            bool asks = place.Target is KerasTarget.Linear or KerasTarget.BatchNorm or KerasTarget.LayerNorm;
            var (kind, weights) = Layer(place, Taken, asks ? flattened(place) : 0);
            string stem = KerasReading.Snake(kind);
            int number = numbers[stem] = numbers.GetValueOrDefault(stem, -1) + 1;
            layers.Add(new KerasWritten(KerasReading.Place(stem, number), kind, weights, place));
            used.Add(place.Key("num_batches_tracked"));
        }

        if (state.Select(static entry => entry.Key).FirstOrDefault(key => !used.Contains(key)) is { } strange)
        {
            var (path, owner) = network.NamedModules()
                .Where(entry => entry.Name.Length == 0 || strange.StartsWith($"{entry.Name}.", StringComparison.Ordinal))
                .MaxBy(static entry => entry.Name.Length);
            string where = path.Length > 0 ? $"\"{path}\"" : "the network";
            throw new ArgumentException(
                $"KerasFile.Save: {where} ({owner.GetType().Name}) has {strange} {state[strange].Tensor.Shape}, "
                    + "which no layer of Keras has that is known here. "
                    + "Known are layers of the kinds Linear, Conv1d, Conv2d, Conv3d, BatchNorm, LayerNorm, Embedding, LSTM, GRU, RNN.");
        }

        return layers;
    }

    static (string Kind, List<(string, Tensor)> Weights) Layer(KerasPlace place, Func<string, Tensor?> taken, int channels)
    {
        Tensor Needed(string key) => taken(key) ?? throw new ArgumentException(
            $"KerasFile.Save: \"{place.Path}\" ({place.Target}) has no {key}, which a layer of Keras has. Make it with statistics that run along.");
        Tensor Rows(Tensor tensor, int axis) => Flattened(tensor, axis, channels, place);
        switch (place.Target)
        {
            case KerasTarget.Linear:
                return ("Dense", Kept(("kernel", Rows(Needed("weight").Transpose(0, 1), 0)), ("bias", taken("bias"))));
            case KerasTarget.Conv1d:
                return ("Conv1D", Kept(("kernel", Needed("weight").Permute(2, 1, 0)), ("bias", taken("bias"))));
            case KerasTarget.Conv2d:
                return ("Conv2D", Kept(("kernel", Needed("weight").Permute(2, 3, 1, 0)), ("bias", taken("bias"))));
            case KerasTarget.Conv3d:
                return ("Conv3D", Kept(("kernel", Needed("weight").Permute(2, 3, 4, 1, 0)), ("bias", taken("bias"))));
            case KerasTarget.Depthwise:
                // [channels * multiplier, 1, H, W] to [H, W, channels, multiplier].
                var kernel = Needed("weight");
                int groups = ((ConvNd)place.Module).Groups;
                kernel = kernel.Reshape(groups, kernel.Shape[0] / groups, kernel.Shape[2], kernel.Shape[3]).Permute(2, 3, 0, 1);
                return ("DepthwiseConv2D", Kept(("depthwise_kernel", kernel), ("bias", taken("bias"))));
            case KerasTarget.BatchNorm:
                return ("BatchNormalization", [
                    .. Kept(("gamma", taken("weight")), ("beta", taken("bias")), ("moving_mean", Needed("running_mean")),
                        ("moving_variance", Needed("running_var"))).Select(weight => (weight.Role, Rows(weight.Value, 0)))]);
            case KerasTarget.LayerNorm:
                var norm = (LayerNorm)place.Module;
                if (norm.NormalizedShape.Rank > 1)
                {
                    throw new ArgumentException(
                        $"KerasFile.Save: \"{place.Path}\" normalizes over the axes {norm.NormalizedShape}, and Keras has them in another "
                        + "order. Written is a LayerNorm over the last axis.");
                }

                return ("LayerNormalization", [
                    .. Kept(("gamma", taken("weight")), ("beta", taken("bias"))).Select(weight => (weight.Role, Rows(weight.Value, 0)))]);
            case KerasTarget.Embedding:
                return ("Embedding", Kept(("embeddings", Needed("weight"))));
            default:
                string one = KerasRecurrent.KindOf(place.Target);
                return ((RNNBase)place.Module).Bidirectional
                    ? ("Bidirectional", [.. Direction("", "forward/"), .. Direction("_reverse", "backward/")]) : (one, [.. Direction("", "")]);
        }

        IEnumerable<(string, Tensor)> Direction(string end, string prefix) =>
            KerasRecurrent.Written(place.Target, key => taken(KerasMatch.Numbered(key + end, place.Number)))
                .Select(weight => (prefix + weight.Role, weight.Value));
    }

    static List<(string Role, Tensor Value)> Kept(params (string Role, Tensor? Value)[] weights) =>
        [.. weights.Where(static weight => weight.Value is not null).Select(static weight => (weight.Role, weight.Value!))];

    // Rows in the order channel, pixel become rows in the order pixel, channel.
    static Tensor Flattened(Tensor rows, int axis, int channels, KerasPlace place)
    {
        int count = rows.Shape[axis];
        if (channels <= 1)
            return rows;
        if (count % channels != 0)
        {
            throw new ArgumentException($"KerasFile.Save: \"{place.Path}\" takes {count} values, which are not pixels of {channels} channels. "
                + $"Say how many are flattened before it, by KerasOptions.FlattenedChannels[\"{place.Path}\"].");
        }

        int pixels = count / channels;
        var order = Tensor.FromInt64([.. Enumerable.Range(0, count).Select(i => (long)(i % channels * pixels + i / channels))]);
        return rows.Clone().IndexSelect(axis, order);
    }
}
