using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>States as safetensors files, under PyTorch's keys: tensors as F32, whole numbers as I64 without axes.</summary>
public static class StateFile
{
    /// <summary>Writes a state, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">What <see cref="Module.StateDict"/> gave.</param>
    /// <param name="metadata">Text to keep beside it.</param>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(string path, StateDict state, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsFile.Save(path, state.Select(static entry => Pack(entry.Key, entry.Value)), metadata);

    /// <summary>Reads a state that <see cref="Save"/> or PyTorch wrote. Half, bfloat16 and double become float.</summary>
    /// <exception cref="InvalidDataException">Not a safetensors file, or one with values that are neither floats nor a single
    /// whole number.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StateDict Load(string path) => Unpack(SafetensorsFile.Load(path), path);

    internal static StateDict Unpack(SafetensorsFile file, string path)
    {
        var state = new StateDict();
        foreach (var entry in file.Entries)
            state.Add(entry.Name, Unpack(entry, path));
        return state;
    }

    internal static SafetensorsEntry Pack(string name, StateEntry entry) =>
        entry.Tensor is { } tensor
            ? new SafetensorsEntry(name, SafetensorsType.F32, [.. tensor.Shape.ToArray().Select(static size => (long)size)],
                MemoryMarshal.AsBytes(tensor.AsSpan()).ToArray())
            : new SafetensorsEntry(name, SafetensorsType.I64, [], BitConverter.GetBytes(entry.Number!.Value));

    internal static StateEntry Unpack(SafetensorsEntry entry, string path)
    {
        var bytes = entry.Data.Span;
        if (entry.Type == SafetensorsType.I64 && bytes.Length == sizeof(long))
            return new StateEntry(BitConverter.ToInt64(bytes));
        if (entry.Shape.Length > Shape.MaxRank || entry.Shape.Any(static size => size > int.MaxValue))
            Throw.InvalidData($"{path}: {entry.Name} has the shape [{string.Join(", ", entry.Shape)}], larger than a tensor can be.");
        Shape shape = new(entry.Shape.Select(static size => (int)size).ToArray());
        float[] values = new float[shape.Length];
        switch (entry.Type)
        {
            case SafetensorsType.F32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
                break;
            case SafetensorsType.F64:
                Convert(MemoryMarshal.Cast<byte, double>(bytes), values, static value => (float)value);
                break;
            case SafetensorsType.F16:
                Convert(MemoryMarshal.Cast<byte, Half>(bytes), values, static value => (float)value);
                break;
            case SafetensorsType.BF16:
                Convert(MemoryMarshal.Cast<byte, ushort>(bytes), values,
                    static value => BitConverter.Int32BitsToSingle(value << 16));
                break;
            default:
                Throw.InvalidData(
                    $"{path}: {entry.Name} holds {entry.Type} values {shape}. Expected floats (F32, F64, F16, BF16) or one I64.");
                break;
        }

        return new StateEntry(Tensor.From(values, shape));
    }

    static void Convert<T>(ReadOnlySpan<T> from, Span<float> to, Func<T, float> convert)
    {
        for (int i = 0; i < from.Length; i++)
            to[i] = convert(from[i]);
    }
}
