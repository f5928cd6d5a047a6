using System.Globalization;
using System.Numerics;

namespace Ballast;

/// <summary>Makes the tree of stored values from what a pickle held. A module that was saved whole becomes the mapping of its parameters
/// and buffers that its <c>state_dict()</c> would have been; its other attributes are left out.</summary>
/// <param name="path">The file's path, for messages.</param>
/// <param name="bytesOf">The bytes of a storage.</param>
/// <param name="fileLength">The file's bytes, which say how much its tensors may take.</param>
/// <param name="made">The number of values that the pickle made.</param>
sealed class TorchTree(string path, Func<TorchStorage, ByteSource> bytesOf, long fileLength, int made)
{
    // Values that a pickle shares are counted each time they occur: sharing could otherwise make a tree without end.
    const int MostShared = 100_000;

    // Expanded tensors take more than their storage.
    const long MostExpanded = 1L << 28;

    readonly Dictionary<(string Key, StoredType? Type), ByteSource> storages = [];
    int values;
    Int128 bytes;

    /// <summary>Converts the pickle's value.</summary>
    /// <exception cref="InvalidDataException">There is an object in it that is neither data nor a module; or it is nested too deep; or its
    /// tensors reach out of their storages.</exception>
    public StoredValue Convert(object? value) => Convert(value, "", 0);

    StoredValue Convert(object? value, string place, int depth)
    {
        Count(place, depth);
        switch (value)
        {
            case null: return StoredValue.None;
            case bool truth: return truth;
            case long number: return number;
            case double number: return number;
            case string text: return text;
            case BigInteger number: return number.ToString(CultureInfo.InvariantCulture);
            case byte[] data: return new StoredTensor("", StoredType.U8, [data.Length], data);
            case TorchTensor tensor: return Tensor(tensor);
            case PickleGlobal name when TorchObjects.ValueOf(name) is { } text: return text;
            case PickleList list:
                var items = list.Items.Select((item, i) => Convert(item, Join(place, i.ToString(CultureInfo.InvariantCulture)), depth + 1));
                return new StoredList([.. items], list.IsTuple);
            case PickleMapping mapping: return Mapping(mapping, place, depth);
            case PickleObject { State: PickleMapping state } module when IsModule(state): return Module(module, state, place, depth);
            case PickleObject other: return Refuse($"an object of the class {other.Type}", place);
            case PickleGlobal name: return Refuse($"a reference to {name}", place);
            default: return Refuse("a value of another kind", place);
        }
    }

    StoredMapping Mapping(PickleMapping mapping, string place, int depth)
    {
        var result = new StoredMapping();
        foreach (var (key, value) in mapping.Pairs)
        {
            var name = key is string or long or bool ? Convert(key, place, depth + 1)
                : Refuse("a mapping with keys that are neither texts nor whole numbers", place);
            result.TrySet(name, Convert(value, Join(place, name.ToString()!), depth + 1));
        }

        return result;
    }

    static bool IsModule(PickleMapping state) => state.Find("_parameters") is PickleMapping && state.Find("_modules") is PickleMapping;

    StoredMapping Module(PickleObject module, PickleMapping state, string place, int depth)
    {
        var result = new StoredMapping { ClassName = module.Type.ToString() };
        Collect(state, "", place, depth, result);
        return result;
    }

    // As Module._save_to_state_dict: the parameters, the buffers that are kept, then the parts.
    void Collect(PickleMapping state, string prefix, string place, int depth, StoredMapping result)
    {
        Count(place, depth);
        var passing = (state.Find("_non_persistent_buffers_set") as PickleList)?.Items.OfType<string>().ToHashSet() ?? [];
        foreach (string kind in (ReadOnlySpan<string>)["_parameters", "_buffers"])
        {
            foreach (var (key, value) in (state.Find(kind) as PickleMapping)?.Pairs ?? [])
            {
                Count(place, depth);
                if (value is null || (kind == "_buffers" && key is string buffer && passing.Contains(buffer)))
                    continue;
                if (key is string name && value is TorchTensor tensor)
                    result[prefix + name] = Tensor(tensor);
                else
                    Refuse($"something else than tensors among the {kind} of a module", Join(place, prefix));
            }
        }

        foreach (var (key, value) in ((PickleMapping)state.Find("_modules")!).Pairs)
        {
            if (value is null)
                continue;
            if (key is string name && value is PickleObject { State: PickleMapping inner } && IsModule(inner))
                Collect(inner, $"{prefix}{name}.", place, depth + 1, result);
            else
                Refuse("something else than modules among the _modules of a module", Join(place, prefix));
        }
    }

    StoredTensor Tensor(TorchTensor tensor)
    {
        StoredTypes.TryLength(tensor.Type, tensor.Shape, out long length);
        int size = StoredTypes.SizeOf(tensor.Type);
        // Views of one storage, tied weights, are read once each; a few numbers expanded to many must not fill the memory.
        if ((bytes += Math.Max(0, length - (tensor.Storage.Count * tensor.Storage.Size))) > (4 * (Int128)fileLength) + MostExpanded)
        {
            Throw.InvalidData($"{path}: the tensors would take {bytes} bytes more than their storages, in a file of {fileLength}. " +
                "Save expanded tensors with contiguous().");
        }

        if (length == 0)
            return new StoredTensor("", tensor.Type, [.. tensor.Shape], ReadOnlyMemory<byte>.Empty);
        var key = (tensor.Storage.Key, tensor.Storage.Type);
        if (!storages.TryGetValue(key, out var storage))
            storages[key] = storage = bytesOf(tensor.Storage);
        var needed = ((Int128)tensor.Storage.Start + tensor.Storage.Count) * tensor.Storage.Size;
        if (needed > storage.Length)
        {
            Throw.InvalidData($"{path}: storage {SafetensorsHeader.Quote(tensor.Storage.Key)} has {storage.Length} bytes, expected {needed}. " +
                "The file is damaged.");
        }

        long offset = tensor.Offset + (tensor.Storage.Start * tensor.Storage.Size / size);
        ByteSource elements = StridedSource.IsRowMajor(tensor.Shape, tensor.Strides)
            ? storage.Slice(offset * size, length)
            : new StridedSource(storage, size, offset, tensor.Shape, tensor.Strides);
        return new StoredTensor("", tensor.Type, [.. tensor.Shape], elements);
    }

    void Count(string place, int depth)
    {
        if (depth > StoredTree.MaxDepth)
            Throw.InvalidData($"{path}: values are nested more than {StoredTree.MaxDepth} deep, at {SafetensorsHeader.Quote(place)}.");
        if (++values > (2L * made) + MostShared)
        {
            Throw.InvalidData($"{path}: {made} values would become more than {values - 1}, shared ones counted each time. " +
                "The file is made to fill the memory.");
        }
    }

    StoredNone Refuse(string what, string place)
    {
        string at = place.Length > 0 ? $" at {SafetensorsHeader.Quote(place)}" : "";
        Throw.InvalidData($"{path}: the file holds {what}{at}, which is neither a tensor nor plain data. " +
            "Nothing of it was run. If you trust the file, load it in PyTorch and save its state_dict().");
        return new StoredNone();
    }

    static string Join(string place, string name) => place.Length == 0 ? name : $"{place}.{name}";
}
