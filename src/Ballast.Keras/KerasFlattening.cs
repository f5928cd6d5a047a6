using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>Watches one pass of a network, to see which of its layers take pictures flattened, and of how many channels. What a layer takes is found
/// again among what others gave by its values, so that it does not matter how it was flattened.</summary>
sealed class KerasFlattening
{
    // What values were: of pictures the channels, laid out before the pixels; of others 0. Null is not known.
    readonly record struct Seen(int? Channels, bool? IsMap);

    const int Samples = 2;

    readonly Dictionary<(int Count, ulong Hash), Seen> values = [];
    readonly Dictionary<string, int?> found = new(StringComparer.Ordinal);
    readonly HashSet<int> axes = [], channels = [];
    Shape last;

    /// <summary>For each path of a layer that ran: of how many channels it takes pictures flattened, 0 for none, null where that was not
    /// seen.</summary>
    /// <param name="network">The network; it is left as it was.</param>
    /// <param name="sample">The shape of one sample, channels first.</param>
    /// <exception cref="ArgumentException">The network does not take such samples.</exception>
    public static IReadOnlyDictionary<string, int?> Of(Module network, Shape sample)
    {
        KerasFlattening watched = new();
        List<Action> detach = [];
        foreach (var (path, module) in network.NamedModules())
        {
            Action<Tensor, Tensor> one = (input, output) => watched.Watch(path, module, input, output);
            Action<Tensor[], Tensor[]> many = (inputs, outputs) => one(inputs[0], outputs[0]);
            module.Forwarded += one;
            module.ForwardedMany += many;
            detach.Add(() =>
            {
                module.Forwarded -= one;
                module.ForwardedMany -= many;
            });
        }

        try
        {
            using var still = ModeScope.Evaluate();
            using var plain = Tensor.NoGrad();
            Shape shape = new([Samples, .. sample.ToArray()]);
            var tokens = network.NamedModules().Select(static entry => entry.Module).OfType<Embedding>().FirstOrDefault();
            var input = tokens is not null && sample.Rank == 1
                ? Tensor.FromInt64(new long[shape.Length], shape) : Tensor.Randn(shape, new Generator(0));
            // A picture that is flattened at once is one too.
            if (sample.Rank > 1)
                watched.Keep(input, sample[0], isMap: true);
            network.Forward(input);
        }
        finally
        {
            foreach (var action in detach)
                action();
        }

        return watched.found;
    }

    void Watch(string path, Module module, Tensor input, Tensor output)
    {
        if (input.ElementType != ElementType.Float32 || output.ElementType != ElementType.Float32)
        {
            if (output.ElementType == ElementType.Float32)
                Keep(output, output.Shape[^1], isMap: false);
            return;
        }

        var before = Look(input);
        if (module is Linear or BatchNorm or LayerNorm)
            found[path] = input.Shape.Rank == 2 ? before.Channels : 0;
        if (values.ContainsKey(Key(output)))
            return;
        bool isRow = output.Shape.Rank == 2;
        switch (module)
        {
            case Linear or LayerNorm or RNNBase when !isRow:
                Keep(output, output.Shape[^1], isMap: false);
                break;
            case Linear or RNNBase:
                Keep(output, 0);
                axes.Add(output.Shape[^1]);
                break;
            case ConvNd:
                Keep(output, output.Shape[1], isMap: true);
                break;
            case var _ when isRow:
                Keep(output, input.Shape == output.Shape ? before.Channels : Unseen(output).Channels);
                break;
            default:
                bool? isMap = output.Shape.Rank > 3 || module is BatchNorm ? true : input.Shape.Rank > 2 ? before.IsMap : null;
                Keep(output, output.Shape[1], isMap);
                break;
        }
    }

    // Of a row the channels it was flattened from; of others the axis 1 of pictures, the last one of sequences.
    void Keep(Tensor tensor, int? count, bool? isMap = null)
    {
        if (tensor.Shape.Rank == 2)
        {
            values[Key(tensor)] = new Seen(count, false);
            return;
        }

        if (isMap == true)
        {
            last = tensor.Shape;
            channels.Add(tensor.Shape[1]);
        }

        axes.Add(isMap == false ? tensor.Shape[^1] : tensor.Shape[1]);
        bool hasPixels = tensor.Length > tensor.Shape[0] * tensor.Shape[1];
        values[Key(tensor)] = new Seen(isMap switch { true => hasPixels ? count : 0, false => 0, null => null }, isMap);
    }

    Seen Look(Tensor tensor) => values.TryGetValue(Key(tensor), out var seen) ? seen : Unseen(tensor);

    // What operations between layers made: the last picture with other values, a mean for each channel, or what nothing tells.
    Seen Unseen(Tensor tensor)
    {
        if (tensor.Shape.Rank != 2)
            return tensor.Shape.Rank > 3 || tensor.Shape == last ? new Seen(null, true) : new Seen(null, null);
        int count = tensor.Shape[1];
        if (last.Rank > 2 && count > last[1] && last.Length == tensor.Length)
            return new Seen(last[1], false);
        return new Seen(axes.Contains(count) || !channels.Any(each => each > 1 && count > each && count % each == 0) ? 0 : null, false);
    }

    static (int Count, ulong Hash) Key(Tensor tensor)
    {
        ulong hash = 14695981039346656037;
        foreach (uint bits in MemoryMarshal.Cast<float, uint>(tensor.ToArray()))
            hash = (hash ^ bits) * 1099511628211;
        return (tensor.Length, hash);
    }
}
