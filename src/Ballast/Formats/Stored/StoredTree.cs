using System.Globalization;

namespace Ballast;

/// <summary>Walks through the tree of values that a file holds.</summary>
static class StoredTree
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 100;

    /// <summary>All tensors in order, by the names on the way to them, joined with dots.</summary>
    /// <exception cref="InvalidDataException">Two tensors have one name.</exception>
    public static List<StoredTensor> Tensors(StoredValue root, string source)
    {
        var tensors = new List<StoredTensor>();
        Collect(root, root is StoredTensor tensor ? tensor.Name : "", tensors);
        var names = new HashSet<string>();
        foreach (var found in tensors)
        {
            if (!names.Add(found.Name))
                Throw.InvalidData($"{source}: the name {SafetensorsHeader.Quote(found.Name)} stands for two tensors.");
        }

        return tensors;
    }

    /// <summary>The value at a path of names joined with dots, or null where there is none. Names may have dots themselves.</summary>
    public static StoredValue? Find(StoredValue root, string path)
    {
        if (root is not StoredMapping mapping)
            return null;
        if (Entry(mapping, path) is { } found)
            return found;
        for (int dot = path.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = path.IndexOf('.', dot + 1))
        {
            if (Entry(mapping, path[..dot]) is { } inner && Find(inner, path[(dot + 1)..]) is { } value)
                return value;
        }

        return null;
    }

    static StoredValue? Entry(StoredMapping mapping, string name) => mapping.Find(name)
        ?? (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? mapping.Find(number) : null);

    static void Collect(StoredValue value, string path, List<StoredTensor> tensors)
    {
        switch (value)
        {
            case StoredTensor tensor:
                tensors.Add(tensor.Name == path ? tensor : tensor.Named(path));
                break;
            case StoredMapping mapping:
                foreach (var (key, inner) in mapping)
                    Collect(inner, Join(path, key.ToString()!), tensors);
                break;
            case StoredList list:
                for (int i = 0; i < list.Items.Count; i++)
                    Collect(list.Items[i], Join(path, i.ToString(CultureInfo.InvariantCulture)), tensors);
                break;
        }
    }

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
