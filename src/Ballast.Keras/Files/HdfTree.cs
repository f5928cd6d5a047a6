using System.Globalization;
using PureHDF;
using PureHDF.VOL.Native;

namespace Ballast;

/// <summary>A group of an HDF5 file, read: groups and tensors in it, and the attributes that are texts.</summary>
sealed class HdfGroup
{
    /// <summary>The groups in it, by their names.</summary>
    public Dictionary<string, HdfGroup> Groups { get; } = new(StringComparer.Ordinal);

    /// <summary>The numbers in it, by their names.</summary>
    public Dictionary<string, StoredTensor> Tensors { get; } = new(StringComparer.Ordinal);

    /// <summary>Attributes that are texts or lists of texts.</summary>
    public Dictionary<string, string[]> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>A group by its path; null where there is none.</summary>
    public HdfGroup? Find(string path)
    {
        var group = this;
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!group.Groups.TryGetValue(name, out group))
                return null;
        }

        return group;
    }

    /// <summary>A list of texts that may be kept in numbered parts.</summary>
    public IReadOnlyList<string> List(string name)
    {
        if (Texts.TryGetValue(name, out string[]? whole))
            return whole;
        List<string> all = [];
        for (int i = 0; Texts.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{name}{i}"), out string[]? part); i++)
            all.AddRange(part);
        return all;
    }

    /// <summary>All tensors in it and below, with their paths.</summary>
    public IEnumerable<(string Path, StoredTensor Tensor)> All(string prefix = "")
    {
        foreach (var (name, tensor) in Tensors)
            yield return (prefix + name, tensor);
        foreach (var (name, group) in Groups)
        {
            foreach (var entry in group.All($"{prefix}{name}/"))
                yield return entry;
        }
    }
}

/// <summary>Reads an HDF5 file whole, within bounds: what a file claims is held against its length.</summary>
sealed class HdfTree
{
    const int Deepest = 32, MostObjects = 200_000, LongestText = 1 << 26;

    // Deflate makes at most 1032 bytes of one.
    const int MostPacked = 1032;

    // Attributes that Keras keeps texts in.
    static readonly string[] Kept = ["layer_names", "weight_names", "model_config", "keras_version", "backend", "name", "dtype"];

    readonly long length;
    long bytes;
    int objects;

    HdfTree(long length) => this.length = length;

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or holds what is not read.</exception>
    public static HdfGroup Read(Stream content, string path)
    {
        try
        {
            using var stream = new HdfStream(content);
            using var file = H5File.Open(stream, leaveOpen: true);
            return new HdfTree(content.Length).Group(file, 0);
        }
#pragma warning disable CA1031 // Whatever the library stumbles over is a file that it cannot read, an array for a length that cannot be too.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            string what = failure is InvalidDataException ? failure.Message
                : $"the HDF5 file is damaged, or of a kind that is not read: {failure.Message}";
            throw new InvalidDataException($"{path}: {what} Save or copy it again.", failure);
        }
    }

    HdfGroup Group(IH5Group from, int depth)
    {
        if (depth > Deepest)
            throw new InvalidDataException($"groups lie more than {Deepest} deep in each other.");
        HdfGroup group = new();
        Texts(from, group);
        foreach (var child in from.Children())
        {
            if (++objects > MostObjects)
                throw new InvalidDataException($"there are more than {MostObjects} objects.");
            switch (child)
            {
                case IH5Group inner:
                    group.Groups[inner.Name] = Group(inner, depth + 1);
                    break;
                case IH5Dataset dataset when Tensor(dataset) is { } tensor:
                    group.Tensors[dataset.Name] = tensor;
                    break;
                case IH5UnresolvedLink link:
                    throw new InvalidDataException($"\"{link.Name}\" leads to something that is not in this file.");
            }
        }

        return group;
    }

    static void Texts(IH5Object from, HdfGroup group)
    {
        foreach (var attribute in from.Attributes())
        {
            if (!Array.Exists(Kept, name => attribute.Name.StartsWith(name, StringComparison.Ordinal))
                || attribute.Type.Class is not (H5DataTypeClass.String or H5DataTypeClass.VariableLength))
                continue;
            long count = Count(attribute.Space, out bool isSingle);
            if (count * Math.Max(1, (long)attribute.Type.Size) > LongestText)
                throw new InvalidDataException($"the attribute \"{attribute.Name}\" has {count} texts.");
            string[] texts = isSingle ? [attribute.Read<string>()] : count == 0 ? [] : attribute.Read<string[]>();
            group.Texts[attribute.Name] = Array.ConvertAll(texts, static text => text?.TrimEnd('\0') ?? "");
        }
    }

    // The number of elements.
    static long Count(IH5Dataspace space, out bool isSingle)
    {
        isSingle = space.Type == H5DataspaceType.Scalar;
        if (space.Type == H5DataspaceType.Null)
            return 0;
        long count = 1;
        foreach (ulong size in space.Dimensions)
        {
            if (size > int.MaxValue || (size > 0 && count > long.MaxValue / (1 << 8) / (long)size))
                throw new InvalidDataException("sizes are beyond what there can be.");
            count *= (long)size;
        }

        return count;
    }

    StoredTensor? Tensor(IH5Dataset dataset)
    {
        var (type, read) = Reader(dataset);
        if (read is null)
            return null;
        long count = Count(dataset.Space, out bool isSingle), size = count * StoredTypes.SizeOf(type);
        bool isPacked = dataset.Layout.Class == H5DataLayoutClass.Chunked;
        if (dataset.Layout.Class is not (H5DataLayoutClass.Compact or H5DataLayoutClass.Contiguous or H5DataLayoutClass.Chunked))
            throw new InvalidDataException($"\"{dataset.Name}\" lies in other files.");
        if ((bytes += size) > (isPacked ? length * MostPacked : length) || size > Array.MaxLength)
            throw new InvalidDataException($"\"{dataset.Name}\" claims {size} bytes, which the file cannot hold.");
        byte[] data = count == 0 ? [] : read(dataset, isSingle);
        if (data.Length != size)
            throw new InvalidDataException($"\"{dataset.Name}\" has {data.Length} bytes instead of {size}.");
        long[] shape = isSingle ? [] : dataset.Space.Type == H5DataspaceType.Null ? [0] : [.. dataset.Space.Dimensions.Select(static n => (long)n)];
        return new StoredTensor(dataset.Name, type, [.. shape], data);
    }

    delegate byte[] Bytes(IH5Dataset dataset, bool isSingle);

    static (StoredType Type, Bytes? Read) Reader(IH5Dataset dataset)
    {
        var type = dataset.Type;
        switch (type.Class, type.Size)
        {
            case (H5DataTypeClass.FloatingPoint, 2):
                return (StoredType.F16, Raw<Half>);
            case (H5DataTypeClass.FloatingPoint, 4):
                return (StoredType.F32, Raw<float>);
            case (H5DataTypeClass.FloatingPoint, 8):
                return (StoredType.F64, Raw<double>);
            case (H5DataTypeClass.FixedPoint, 1):
                return type.FixedPoint.IsSigned ? (StoredType.I8, Raw<sbyte>) : (StoredType.U8, Raw<byte>);
            case (H5DataTypeClass.FixedPoint, 2):
                return type.FixedPoint.IsSigned ? (StoredType.I16, Raw<short>) : (StoredType.U16, Raw<ushort>);
            case (H5DataTypeClass.FixedPoint, 4):
                return type.FixedPoint.IsSigned ? (StoredType.I32, Raw<int>) : (StoredType.U32, Raw<uint>);
            case (H5DataTypeClass.FixedPoint, 8):
                return type.FixedPoint.IsSigned ? (StoredType.I64, Raw<long>) : (StoredType.U64, Raw<ulong>);
            default:
                return (StoredType.U8, null);
        }
    }

    static byte[] Raw<T>(IH5Dataset dataset, bool isSingle)
        where T : unmanaged
    {
        T[] values = isSingle ? [dataset.Read<T>()] : Flat<T>(dataset);
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values).ToArray();
    }

    static T[] Flat<T>(IH5Dataset dataset)
        where T : unmanaged
    {
        ulong count = dataset.Space.Dimensions.Aggregate(1ul, static (product, size) => product * size);
        T[] values = new T[count];
        ((NativeDataset)dataset).Read<T>(values.AsSpan());
        return values;
    }
}
