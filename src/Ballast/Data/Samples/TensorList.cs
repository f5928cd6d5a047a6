using System.Collections;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Tensors in an order, each perhaps with a name: the inputs or targets of a sample or a batch, or the outputs of a network. A single
/// tensor is a list of one, and <c>[a, b]</c> is one of two. PyTorch: a tuple or a dictionary of tensors.</summary>
[CollectionBuilder(typeof(TensorList), nameof(Create))]
public sealed class TensorList : IReadOnlyList<Tensor>
{
    readonly Tensor[] tensors;
    readonly string[] names;

    TensorList(Tensor[] tensors, string[] names)
    {
        foreach (var tensor in tensors)
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
        (this.tensors, this.names) = (tensors, names);
    }

    /// <summary>Makes a list of tensors without names.</summary>
    public TensorList(params ReadOnlySpan<Tensor> tensors) : this(tensors.ToArray(), [])
    {
    }

    /// <summary>For collection expressions: <c>TensorList both = [left, right];</c></summary>
    public static TensorList Create(ReadOnlySpan<Tensor> tensors) => new(tensors);

    /// <summary>A list of tensors with names.</summary>
    /// <exception cref="ArgumentException">A name twice, or an empty one.</exception>
    public static TensorList Named(params ReadOnlySpan<(string Name, Tensor Tensor)> entries)
    {
        var (tensors, names) = (new Tensor[entries.Length], new string[entries.Length]);
        for (int i = 0; i < entries.Length; i++)
            (names[i], tensors[i]) = entries[i];
        return new TensorList(tensors, Checked(names));
    }

    /// <summary>A list of tensors under names that are known already; none where there are no names.</summary>
    internal static TensorList Of(Tensor[] tensors, IReadOnlyList<string> names) =>
        new(tensors, names.Count == tensors.Length ? [.. names] : []);

    /// <summary>A list of one.</summary>
    public static TensorList FromTensor(Tensor tensor) => new(tensor);

    /// <summary>A list of one.</summary>
    public static implicit operator TensorList(Tensor tensor) => new(tensor);

    /// <summary>How many tensors there are.</summary>
    public int Count => tensors.Length;

    /// <summary>The names; none where the tensors have none.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The tensor at a place, from 0.</summary>
    /// <exception cref="ArgumentException">There is none at this place.</exception>
    public Tensor this[int index]
    {
        get
        {
            Throw.Unless((uint)index < (uint)tensors.Length, $"TensorList: there is no tensor {index}; there are {tensors.Length}.");
            return tensors[index];
        }
    }

    /// <summary>The tensor of a name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public Tensor this[string name]
    {
        get
        {
            int index = Array.IndexOf(names, name);
            Throw.Unless(index >= 0,
                $"TensorList: there is no tensor named {name}; there are {tensors.Length}{(names.Length > 0 ? ": " : ", without names")}"
                    + $"{string.Join(", ", names)}.");
            return tensors[index];
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Tensor> GetEnumerator() => ((IEnumerable<Tensor>)tensors).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The shapes, with the names where there are any: <c>left [3, 8], right [3, 8]</c>.</summary>
    public override string ToString() =>
        string.Join(", ", tensors.Select((tensor, i) => names.Length > 0 ? $"{names[i]} {tensor.Shape}" : $"{tensor.Shape}"));

    /// <summary>Each tensor changed, under the same names.</summary>
    internal TensorList Select(Func<Tensor, Tensor> change) => new(Array.ConvertAll(tensors, tensor => change(tensor)), names);

    static string[] Checked(string[] names)
    {
        foreach (string name in names)
        {
            Throw.Unless(!string.IsNullOrEmpty(name) && names.Count(other => other == name) == 1,
                $"TensorList: expected a name of its own for each tensor, got {string.Join(", ", names)}.");
        }

        return names;
    }
}
