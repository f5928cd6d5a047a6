using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Ballast;

/// <summary>Writes stored values as a pickle of protocol 2, with nothing in it that PyTorch's <c>weights_only</c> reader refuses.</summary>
sealed class PickleWriter
{
    readonly ArrayBufferWriter<byte> bytes = new();

    PickleWriter()
    {
    }

    /// <summary>The tensors in the order of their storages' keys: 0, 1, ...</summary>
    public List<StoredTensor> Tensors { get; } = [];

    /// <summary>The pickle of a value.</summary>
    /// <exception cref="ArgumentException">PyTorch has no storage for an element type, or values are nested too deep.</exception>
    public static (byte[] Pickle, List<StoredTensor> Tensors) Write(StoredValue root)
    {
        var writer = new PickleWriter();
        writer.Code(PickleCode.Proto);
        writer.Byte(2);
        writer.Value(root, 0);
        writer.Code(PickleCode.Stop);
        return (writer.bytes.WrittenSpan.ToArray(), writer.Tensors);
    }

    void Value(StoredValue value, int depth)
    {
        Throw.Unless(depth <= StoredTree.MaxDepth, $"PyTorchFile.Save: expected values at most {StoredTree.MaxDepth} deep within each other.");
        switch (value)
        {
            case StoredInteger number: Integer(number.Value); break;
            case StoredReal number: Real(number.Value); break;
            case StoredBoolean truth: Code(truth.Value ? PickleCode.NewTrue : PickleCode.NewFalse); break;
            case StoredText text: Text(text.Value); break;
            case StoredTensor tensor: Tensor(tensor); break;
            case StoredList list: List(list, depth); break;
            case StoredMapping mapping: Mapping(mapping, depth); break;
            default: Code(PickleCode.None); break;
        }
    }

    // A state is an OrderedDict with the versions of its layers, as state_dict() makes it; other mappings are dicts.
    void Mapping(StoredMapping mapping, int depth)
    {
        bool isState = mapping.Count > 0 && mapping.All(static entry => entry is { Key: StoredText, Value: StoredTensor });
        if (isState)
            EmptyOrderedDict();
        else
            Code(PickleCode.EmptyDict);
        Code(PickleCode.Mark);
        foreach (var (key, value) in mapping)
        {
            Value(key, depth + 1);
            Value(value, depth + 1);
        }

        Code(PickleCode.SetItems);
        if (isState && Versions(mapping) is { } versions)
        {
            Code(PickleCode.EmptyDict);
            Text("_metadata");
            EmptyOrderedDict();
            Code(PickleCode.Mark);
            foreach (var (layer, version) in versions)
            {
                Text(layer);
                Value(new StoredMapping { ["version"] = version }, depth + 1);
            }

            Code(PickleCode.SetItems);
            Code(PickleCode.SetItem);
            Code(PickleCode.Build);
        }
    }

    // Batch normalization with a count of batches is of version 2, everything else of 1.
    static OrderedDictionary<string, long>? Versions(StoredMapping state)
    {
        const string Count = "num_batches_tracked";
        var versions = new OrderedDictionary<string, long> { [""] = 1 };
        bool known = false;
        foreach (var key in state.Keys)
        {
            string name = key.ToString()!;
            for (int dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
                versions.TryAdd(name[..dot], 1);
            if (name == Count || name.EndsWith($".{Count}", StringComparison.Ordinal))
            {
                versions[name.Length == Count.Length ? "" : name[..^(Count.Length + 1)]] = 2;
                known = true;
            }
        }

        return known ? versions : null;
    }

    void List(StoredList list, int depth)
    {
        if (!list.IsTuple)
            Code(PickleCode.EmptyList);
        Code(PickleCode.Mark);
        foreach (var item in list.Items)
            Value(item, depth + 1);
        Code(list.IsTuple ? PickleCode.Tuple : PickleCode.Appends);
    }

    void Tensor(StoredTensor tensor)
    {
        string? storage = TorchObjects.StorageOf(tensor.Type);
        Throw.Unless(storage is not null,
            $"PyTorchFile.Save: {tensor} has an element type that PyTorch 1.13 has no storage for. Convert it first, with ToTensor.");
        Throw.Unless(StoredTypes.TryLength(tensor.Type, tensor.Shape.AsSpan(), out long length) && length == tensor.ByteLength,
            $"PyTorchFile.Save: {tensor} has {tensor.ByteLength} bytes, which is not what its shape takes.");
        Global("torch._utils", "_rebuild_tensor_v2");
        Code(PickleCode.Mark);
        Code(PickleCode.Mark);
        Text("storage");
        Global("torch", storage);
        Text(Tensors.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Text("cpu");
        Integer(tensor.Length);
        Code(PickleCode.Tuple);
        Code(PickleCode.BinPersId);
        Integer(0);
        Sizes(tensor.Shape);
        long[] strides = new long[tensor.Shape.Length];
        long step = 1;
        for (int axis = strides.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = step;
            step *= Math.Max(1, tensor.Shape[axis]);
        }

        Sizes(strides);
        Code(PickleCode.NewFalse);
        EmptyOrderedDict();
        Code(PickleCode.Tuple);
        Code(PickleCode.Reduce);
        Tensors.Add(tensor);
    }

    void Sizes(IEnumerable<long> sizes)
    {
        Code(PickleCode.Mark);
        foreach (long size in sizes)
            Integer(size);
        Code(PickleCode.Tuple);
    }

    void EmptyOrderedDict()
    {
        Global("collections", "OrderedDict");
        Code(PickleCode.EmptyTuple);
        Code(PickleCode.Reduce);
    }

    void Global(string module, string name)
    {
        Code(PickleCode.Global);
        bytes.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    void Text(string text)
    {
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        Code(PickleCode.BinUnicode);
        Int32(encoded.Length);
        bytes.Write(encoded);
    }

    void Integer(long value)
    {
        if (value is >= 0 and <= byte.MaxValue)
        {
            Code(PickleCode.BinInt1);
            Byte((byte)value);
        }
        else if (value is >= int.MinValue and <= int.MaxValue)
        {
            Code(PickleCode.BinInt);
            Int32((int)value);
        }
        else
        {
            Code(PickleCode.Long1);
            Byte(sizeof(long));
            bytes.Write(BitConverter.GetBytes(value));
        }
    }

    void Real(double value)
    {
        Span<byte> field = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(field, value);
        Code(PickleCode.BinFloat);
        bytes.Write(field);
    }

    void Int32(int value)
    {
        Span<byte> field = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(field, value);
        bytes.Write(field);
    }

    void Code(PickleCode code) => Byte((byte)code);

    void Byte(byte value) => bytes.Write([value]);
}
