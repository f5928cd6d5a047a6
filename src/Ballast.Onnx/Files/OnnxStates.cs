using System.Buffers.Binary;
using Onnx;

namespace Ballast;

/// <summary>Makes a file of weights of an ONNX file's message.</summary>
static class OnnxStates
{
    /// <summary>The tensors that a message stores; bytes in a file beside it are read when they are asked for.</summary>
    /// <exception cref="InvalidDataException">A tensor that is not as long as its shape says, or is elsewhere.</exception>
    public static StoredFile Open(string path, ModelProto model)
    {
        List<IDisposable> files = [];
        try
        {
            var all = Tensors(model.Graph, new StoredTensors(Path.GetDirectoryName(Path.GetFullPath(path))!), files);
            bool own = model.ProducerName == OnnxWriter.Producer;
            var recurrent = OnnxRecurrentState.Of(model.Graph, all);
            StoredMapping root = [];
            foreach (var (name, value) in all)
            {
                if (recurrent.TryGetValue(name, out var parts))
                {
                    foreach (var part in parts)
                        root[part.Name] = part;
                }
                else
                {
                    root[name] = own && IsMade(name) && value is StoredTensor constant
                        ? $"{constant.Type} [{string.Join(", ", constant.Shape)}], a constant of the graph" : value;
                }
            }

            return new StoredFile(path, StoredFormat.Onnx, root, Metadata(model), files);
        }
        catch (Exception failure)
        {
            foreach (var file in files)
                file.Dispose();
            if (failure is InvalidDataException)
                throw new InvalidDataException($"{path}: {failure.Message}", failure);
            throw;
        }
    }

    /// <summary>Stores what a graph's message does not have of a state beside it, where no node reads it.</summary>
    /// <returns>Whether there was anything.</returns>
    /// <exception cref="NotSupportedException">A key is the name of another value.</exception>
    public static bool Complete(NodeGraph graph, StateDict state, string path, ModelProto message)
    {
        using var file = Open(path, message);
        HashSet<string> there = [.. file.Tensors.Select(static tensor => tensor.Name)];
        HashSet<string> named = [.. graph.Inputs.Select(static input => input.Name), .. graph.Nodes.SelectMany(static node => node.Outputs)];
        bool any = false;
        foreach (var (key, entry) in state)
        {
            if (there.Contains(key))
                continue;
            if (IsMade(key) || named.Contains(key) || !graph.Initializers.TryAdd(key, entry.Tensor))
            {
                throw new NotSupportedException(
                    $"The state's {key} has the name of another value of the graph. Call it otherwise, or leave out KeepState.");
            }

            any = true;
        }

        return any;
    }

    /// <summary>The texts of a file by their names; of one that is there twice the last.</summary>
    public static Dictionary<string, string> Metadata(ModelProto model) =>
        model.MetadataProps.GroupBy(static entry => entry.Key).ToDictionary(static entry => entry.Key, static entry => entry.Last().Value);

    // In the library's own files what is stored and is not of the network's state is called by a place and a kind, or by a kind alone.
    static bool IsMade(string name) => name.Contains('/', StringComparison.Ordinal) || StoredKinds.IsNamedConstant(name)
        || name.Split('_') is [GraphRecording.ComputedName] or [GraphRecording.ComputedName, _];

    // What is stored as an initializer, and the arrays of floats that nodes of constants hold.
    static OrderedDictionary<string, StoredValue> Tensors(GraphProto graph, StoredTensors place, List<IDisposable> files)
    {
        OrderedDictionary<string, StoredValue> all = [];
        Dictionary<string, FileSource> beside = [];
        foreach (var tensor in graph.Initializer)
        {
            if (tensor.Name.Length == 0)
                throw new InvalidDataException("A stored tensor has no name. The file is damaged.");
            if (!all.TryAdd(tensor.Name, Value(tensor.Name, tensor, place, beside, files)))
                throw new InvalidDataException($"Two stored tensors are called \"{tensor.Name}\". The file is damaged.");
        }

        foreach (var node in graph.Node)
        {
            if (node.OpType == "Constant" && node.Output.Count == 1
                && node.Attribute.FirstOrDefault(static attribute => attribute.Name == "value")?.T is { Dims.Count: > 0 } value
                && value.DataType is 1 or 10 or 11 or 16)
            {
                all.TryAdd(node.Output[0], Value(node.Output[0], value, place, beside, files));
            }
        }

        return all;
    }

    static StoredValue Value(string name, TensorProto tensor, StoredTensors place, Dictionary<string, FileSource> beside, List<IDisposable> files)
    {
        string what = $"The stored tensor \"{name}\"", shape = $"[{string.Join(", ", tensor.Dims)}]";
        if (Type(tensor.DataType) is not { } type)
            return $"{OnnxTypes.Name(tensor.DataType)} {shape}, which is not read";
        if (!StoredTypes.TryLength(type, [.. tensor.Dims], out long length))
            throw new InvalidDataException($"{what} has the shape {shape}, which none has. The file is damaged.");
        ByteSource bytes;
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0)
        {
            var (path, offset) = place.Place(tensor, what, length);
            if (!beside.TryGetValue(path, out var file))
            {
                file = (FileSource)FileSource.Open(path).Source;
                beside.Add(path, file);
                files.Add(file);
            }

            bytes = file.Slice(offset, length);
        }
        else
        {
            bytes = new MemorySource(tensor.HasRawData ? tensor.RawData.Memory : Fields(tensor, type));
        }

        if (bytes.Length != length)
        {
            throw new InvalidDataException(
                $"{what} {type} {shape} has {bytes.Length} bytes instead of {length}. The file is damaged: export or copy it again.");
        }

        return new StoredTensor(name, type, [.. tensor.Dims], bytes);
    }

    static StoredType? Type(int code) => code switch
    {
        1 => StoredType.F32,
        2 => StoredType.U8,
        3 => StoredType.I8,
        4 => StoredType.U16,
        5 => StoredType.I16,
        6 => StoredType.I32,
        7 => StoredType.I64,
        9 => StoredType.Bool,
        10 => StoredType.F16,
        11 => StoredType.F64,
        12 => StoredType.U32,
        13 => StoredType.U64,
        14 => StoredType.C64,
        15 => StoredType.C128,
        16 => StoredType.BF16,
        17 => StoredType.F8E4M3,
        19 => StoredType.F8E5M2,
        24 => StoredType.F8E8M0,
        _ => null,
    };

    // Values in fields of their kind: floats, doubles and 64-bit numbers have their own, all others are 32-bit numbers with these bits.
    static byte[] Fields(TensorProto tensor, StoredType type)
    {
        int size = StoredTypes.SizeOf(type);
        switch (type)
        {
            case StoredType.F32 or StoredType.C64:
                return Bytes(tensor.FloatData, sizeof(float), static (to, value) => BinaryPrimitives.WriteSingleLittleEndian(to, value));
            case StoredType.F64 or StoredType.C128:
                return Bytes(tensor.DoubleData, sizeof(double), static (to, value) => BinaryPrimitives.WriteDoubleLittleEndian(to, value));
            case StoredType.I64:
                return Bytes(tensor.Int64Data, size, static (to, value) => BinaryPrimitives.WriteInt64LittleEndian(to, value));
            case StoredType.U64 or StoredType.U32:
                return Bytes(tensor.Uint64Data, size, (to, value) => Write(to, value));
            default:
                return Bytes(tensor.Int32Data, size, (to, value) => Write(to, (ulong)(uint)value));
        }
    }

    static void Write(Span<byte> to, ulong bits)
    {
        for (int i = 0; i < to.Length; i++)
            to[i] = (byte)(bits >> (8 * i));
    }

    delegate void Writer<T>(Span<byte> to, T value);

    static byte[] Bytes<T>(Google.Protobuf.Collections.RepeatedField<T> values, int size, Writer<T> write)
    {
        byte[] bytes = new byte[values.Count * size];
        for (int i = 0; i < values.Count; i++)
            write(bytes.AsSpan(i * size, size), values[i]);
        return bytes;
    }
}
