using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>Computes a node's results.</summary>
delegate Tensor?[] OnnxOperator(OperatorCall call);

/// <summary>A node that is about to be computed: its inputs and attributes as an operator asks for them.</summary>
/// <param name="node">The node.</param>
/// <param name="inputs">The values of its inputs; null for one that is not there.</param>
/// <param name="opset">The version of the operators.</param>
/// <param name="training">Whether batches have statistics of their own.</param>
/// <param name="norm">The normalization that the node is; null for none.</param>
sealed class OperatorCall(OnnxNode node, Tensor?[] inputs, int opset, bool training = false, GraphNorm? norm = null)
{
    /// <summary>More values than a network makes of one input; what asks for more is damaged.</summary>
    public const long MostValues = 1 << 28;

    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>The version of the operators.</summary>
    public int Opset => opset;

    /// <summary>Whether batches have statistics of their own, by which running ones move.</summary>
    public bool Training => training && norm is not { StatisticsFrozen: true };

    /// <summary>Takes the statistics of the batch, which is then normalized with them, in place of the running ones; null for nobody.</summary>
    public IStatisticsObserver? Observer => norm is null ? null : Observation.Of(norm);

    /// <summary>How many inputs are named.</summary>
    public int Count => inputs.Length;

    /// <summary>All inputs that are there.</summary>
    public Tensor[] All => [.. inputs.OfType<Tensor>()];

    /// <summary>An input that has to be there.</summary>
    public Tensor this[int index] => Optional(index) ?? throw Fault($"input {index} is missing");

    /// <summary>The first input.</summary>
    public Tensor X => this[0];

    /// <summary>An input that may be missing.</summary>
    public Tensor? Optional(int index) => index < inputs.Length ? inputs[index] : null;

    /// <summary>Whether an attribute is there.</summary>
    public bool Has(string name) => node.Attributes.ContainsKey(name);

    /// <summary>A whole number.</summary>
    public long Long(string name, long otherwise) => Attribute<long>(name, out var value) ? value : otherwise;

    /// <summary>A whole number as an int.</summary>
    public int Int(string name, int otherwise) => Whole(Long(name, otherwise), name);

    /// <summary>A number.</summary>
    public float Float(string name, float otherwise) => Attribute<float>(name, out var value) ? value : otherwise;

    /// <summary>A text.</summary>
    public string Text(string name, string otherwise) => Attribute<string>(name, out var value) ? value : otherwise;

    /// <summary>Whole numbers; null where there are none.</summary>
    public int[]? Ints(string name) => Attribute<long[]>(name, out var values) ? Array.ConvertAll(values, value => Whole(value, name)) : null;

    /// <summary>Numbers; null where there are none.</summary>
    public float[]? Floats(string name) => Attribute<float[]>(name, out var values) ? values : null;

    /// <summary>Whole numbers of an input; null where it is not there.</summary>
    public int[]? IntsAt(int index) => Optional(index) is { } input ? Array.ConvertAll(Longs(input), value => Clipped(value)) : null;

    /// <summary>Whole numbers that are an attribute in older versions and an input in newer ones.</summary>
    public int[]? IntsOf(string name, int index) => Ints(name) ?? IntsAt(index);

    /// <summary>A single number of an input.</summary>
    public double Number(int index)
    {
        var input = this[index];
        if (input.Length != 1)
            throw Fault($"input {index} should be a single number, got {input.Shape}");
        return input.ElementType switch
        {
            ElementType.Int64 => input.AsSpan<long>()[0],
            ElementType.Bool => input.AsSpan<bool>()[0] ? 1 : 0,
            ElementType.UInt8 => input.AsSpan<byte>()[0],
            _ => input.AsSpan()[0],
        };
    }

    /// <summary>The place of an axis that may be counted from the end.</summary>
    public int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank)
            throw Fault($"there is no axis {axis} of {rank}");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>The places of axes that may be counted from the end.</summary>
    public int[] Axes(IEnumerable<int> axes, int rank)
    {
        int[] places = [.. axes.Select(axis => Axis(axis, rank))];
        if (places.Distinct().Count() != places.Length)
            throw Fault($"an axis is named twice in {string.Join(", ", places)}");
        return places;
    }

    /// <summary>A shape of sizes that come from a file.</summary>
    public Shape Shape(params ReadOnlySpan<int> sizes)
    {
        long length = 1;
        foreach (int size in sizes)
        {
            if (size < 0 || sizes.Length > Ballast.Shape.MaxRank)
                throw Fault($"the shape {string.Join(" x ", sizes.ToArray())} is none that a tensor has here");
            length = Math.Min(long.MaxValue >> 32, length * size);
        }

        if (length > MostValues)
            throw Fault($"a tensor of {string.Join(" x ", sizes.ToArray())} values is asked for; at most {MostValues} are made here");
        return new Shape(sizes);
    }

    /// <summary>What is wrong with the node.</summary>
    public InvalidDataException Fault(string what) => new($"{node}: {what}. The file is damaged, or means something that Ballast does not have.");

    /// <summary>The whole numbers of a tensor of any type.</summary>
    public static long[] Longs(Tensor input) => input.ElementType switch
    {
        ElementType.Int64 => input.ToArray<long>(),
        _ => input.To(ElementType.Int64).ToArray<long>(),
    };

    static int Clipped(long value) => (int)Math.Clamp(value, int.MinValue, int.MaxValue);

    int Whole(long value, string name) => value is >= int.MinValue and <= int.MaxValue ? (int)value
        : throw Fault($"{name} is {value}, which is no number of positions");

    bool Attribute<T>(string name, [NotNullWhen(true)] out T? value)
    {
        value = default;
        if (!node.Attributes.TryGetValue(name, out object? found))
            return false;
        // An empty list has no type of its own.
        if (found is T typed)
            value = typed;
        else if (found is Array { Length: 0 } && typeof(T).IsArray)
            value = (T)(object)Array.CreateInstance(typeof(T).GetElementType()!, 0);
        else
            throw Fault($"the attribute {name} should be {typeof(T).Name}, got {found.GetType().Name}");
        return true;
    }
}
