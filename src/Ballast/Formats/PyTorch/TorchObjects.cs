using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>The few classes and functions that files of PyTorch name and that are understood as data: the list of what is allowed. A call
/// of anything else is refused by its name; an object of another class is kept as its state.</summary>
/// <param name="path">The file's path, for messages.</param>
sealed class TorchObjects(string path)
{
    static readonly Dictionary<string, StoredType> StorageTypes = Table(
    [
        ("DoubleStorage", StoredType.F64), ("FloatStorage", StoredType.F32), ("HalfStorage", StoredType.F16),
        ("BFloat16Storage", StoredType.BF16), ("LongStorage", StoredType.I64), ("IntStorage", StoredType.I32),
        ("ShortStorage", StoredType.I16), ("CharStorage", StoredType.I8), ("ByteStorage", StoredType.U8),
        ("BoolStorage", StoredType.Bool), ("ComplexFloatStorage", StoredType.C64), ("ComplexDoubleStorage", StoredType.C128),
    ]);

    static readonly Dictionary<string, StoredType> ElementTypes = Table(
    [
        ("float64", StoredType.F64), ("double", StoredType.F64), ("float32", StoredType.F32), ("float", StoredType.F32),
        ("float16", StoredType.F16), ("half", StoredType.F16), ("bfloat16", StoredType.BF16), ("int64", StoredType.I64),
        ("long", StoredType.I64), ("int32", StoredType.I32), ("int", StoredType.I32), ("int16", StoredType.I16),
        ("short", StoredType.I16), ("int8", StoredType.I8), ("uint8", StoredType.U8), ("uint16", StoredType.U16),
        ("uint32", StoredType.U32), ("uint64", StoredType.U64), ("bool", StoredType.Bool), ("complex64", StoredType.C64),
        ("complex128", StoredType.C128), ("float8_e4m3fn", StoredType.F8E4M3), ("float8_e5m2", StoredType.F8E5M2),
        ("float8_e8m0fnu", StoredType.F8E8M0),
    ]);

    /// <summary>What stands for a storage of an element type in the module <c>torch</c>, or null where PyTorch 1.13 has none.</summary>
    public static string? StorageOf(StoredType type) => StorageTypes.FirstOrDefault(entry => entry.Value == type).Key;

    /// <summary>The text for a name that is a value of its own, <c>torch.float32</c>; null where it is none.</summary>
    public static string? ValueOf(PickleGlobal name) =>
        name.Module == "torch" && (ElementTypes.ContainsKey(name.Name)
            || name.Name is "strided" or "contiguous_format" or "channels_last" or "preserve_format") ? name.ToString() : null;

    /// <summary>The storages named so far.</summary>
    public List<TorchStorage> Storages { get; } = [];

    /// <summary>The result of a call.</summary>
    public object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal name || arguments is not PickleList { IsTuple: true, Items: var given })
        {
            Throw.InvalidData($"{path}: the pickle calls something that is no function, or without arguments. The file is damaged.");
            return null;
        }

        switch (name.Module, name.Name)
        {
            case ("collections", "OrderedDict" or "defaultdict"):
                return Pairs(name, given);
            case ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor" or "_rebuild_tensor_v3"):
                return Tensor(name, given);
            case ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state") when given is [TorchTensor, ..]:
                return given[0];
            case ("torch._tensor", "_rebuild_from_type_v2")
                when given is [PickleGlobal { Module: "torch._utils" } inner, PickleGlobal, PickleList, ..]:
                return Call(inner, given[2]);
            case ("torch", "Size") when given is [PickleList]:
                return given[0];
            case ("torch", "device") when given is [string, ..]:
                return given is [_, long index] ? string.Create(CultureInfo.InvariantCulture, $"{given[0]}:{index}") : given[0];
            case ("torch.serialization", "_get_layout") when given is [string]:
                return given[0];
            case ("builtins" or "__builtin__", "set" or "frozenset" or "list" or "tuple") when given is [] or [PickleList]:
                return given is [PickleList items] ? new PickleList(name.Name == "tuple", items.Items) : new PickleList(name.Name == "tuple", []);
            case ("_codecs", "encode") when given is [string text, ..]:
                return Encoding.Latin1.GetBytes(text);
            case ("numpy", "dtype") when given is [string, ..]:
                return new NumpyScalar((string)given[0]!);
            case ("numpy.core.multiarray" or "numpy._core.multiarray", "scalar") when given is [NumpyScalar type, byte[] bytes]:
                return type.Value(bytes, path);
            case ("copy_reg" or "copyreg", "_reconstructor") when given is [PickleGlobal type, PickleGlobal, null]:
                return new PickleObject(type);
            default:
                Throw.InvalidData($"{path}: the file calls {name}, which is not among what files of tensors may call. Nothing was run. " +
                    "If you trust the file, load it in PyTorch and save its state_dict().");
                return null;
        }
    }

    /// <summary>A fresh object of a class.</summary>
    public object Make(object? type, object? arguments)
    {
        if (type is not PickleGlobal name)
        {
            Throw.InvalidData($"{path}: the pickle makes an object of something that is no class. The file is damaged.");
            return "";
        }

        return name is { Module: "collections", Name: "OrderedDict" } ? new PickleMapping() : new PickleObject(name);
    }

    /// <summary>Gives an object its state. Attributes of mappings and tensors, such as a state_dict's versions, are left out.</summary>
    public void Build(object? value, object? state)
    {
        switch (value)
        {
            case PickleObject opaque:
                opaque.State = state;
                break;
            case NumpyScalar type when state is PickleList { Items: [_, string order, ..] }:
                type.IsBigEndian = order == ">";
                break;
            case PickleMapping or TorchTensor:
                break;
            default:
                Throw.InvalidData($"{path}: the pickle gives a state to something that has none. The file is damaged.");
                break;
        }
    }

    /// <summary>What a persistent id names: a storage, or in old files the class of a module, beside which its source stands.</summary>
    public object Persistent(object? id)
    {
        if (id is PickleList { Items: ["module", PickleGlobal module, ..] })
            return module;
        if (id is not PickleList { Items: ["storage", PickleGlobal type, var key, string, long count, .. var rest] } || count < 0
            || key is not (string or long) || rest.Count > 1)
        {
            Throw.InvalidData($"{path}: expected a storage's type, key, place and length, got something else. The file is damaged.");
            return "";
        }

        StoredType? element = null;
        if (type is { Module: "torch" or "torch.cuda" } && StorageTypes.TryGetValue(type.Name, out var known))
            element = known;
        else if (type is not { Module: "torch.storage" or "torch", Name: "UntypedStorage" or "_UntypedStorage" })
            Throw.InvalidData($"{path}: storages of {type} are not read; known are {string.Join(", ", StorageTypes.Keys)} and UntypedStorage.");
        var storage = new TorchStorage(Convert.ToString(key, CultureInfo.InvariantCulture)!, element, count);
        if (rest is not [PickleList { Items: [_, long start, long length] }])
            return Noted(storage);
        if (start < 0 || length < 0 || start > count - length)
            Throw.InvalidData($"{path}: a storage of {length} elements from {start} on does not lie within one of {count}.");
        return Noted(storage with { Start = start, Count = length });
    }

    static Dictionary<string, StoredType> Table((string Name, StoredType Type)[] rows) =>
        rows.ToDictionary(static row => row.Name, static row => row.Type);

    TorchStorage Noted(TorchStorage storage)
    {
        Storages.Add(storage);
        return storage;
    }

    PickleMapping Pairs(PickleGlobal name, List<object?> given)
    {
        var mapping = new PickleMapping();
        if (name.Name == "defaultdict" || given is not [PickleList items])
            return mapping;
        foreach (object? item in items.Items)
        {
            if (item is not PickleList { Items: [var key, var value] })
                Throw.InvalidData($"{path}: an OrderedDict is made of something else than pairs. The file is damaged.");
            else
                mapping.Pairs.Add((key, value));
        }

        return mapping;
    }

    TorchTensor Tensor(PickleGlobal name, List<object?> given)
    {
        if (given is not [TorchStorage storage, long offset, PickleList sizes, PickleList steps, ..]
            || !sizes.Items.TrueForAll(static size => size is long) || !steps.Items.TrueForAll(static step => step is long))
        {
            Throw.InvalidData($"{path}: {name} expects a storage, an offset, sizes and strides, and is given something else. The file is damaged.");
            return null;
        }

        StoredType? type = storage.Type;
        if (name.Name == "_rebuild_tensor_v3" && given is [_, _, _, _, _, _, PickleGlobal { Module: "torch" } element, ..])
        {
            if (!ElementTypes.TryGetValue(element.Name, out var known))
                Throw.InvalidData($"{path}: tensors of {element} are not read.");
            type = known;
        }

        if (type is not { } known2)
        {
            Throw.InvalidData($"{path}: a tensor of an untyped storage has no element type. The file is damaged.");
            return null;
        }

        var tensor = new TorchTensor(storage, known2, offset,
            [.. sizes.Items.Select(static size => (long)size!)], [.. steps.Items.Select(static step => (long)step!)]);
        if (tensor.Fault() is { } fault)
            Throw.InvalidData($"{path}: a tensor of storage {SafetensorsHeader.Quote(storage.Key)} {fault}. The file is damaged.");
        return tensor;
    }
}
