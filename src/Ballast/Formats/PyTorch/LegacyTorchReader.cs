using System.Globalization;
using System.Numerics;

namespace Ballast;

/// <summary>Reads what <c>torch.save</c> wrote before PyTorch 1.6: five pickles (a magic number, a version, the machine's properties, the
/// object, the storages' keys), then for each key in that order the number of elements, int64, and the elements.</summary>
static class LegacyTorchReader
{
    const int Version = 1001;
    static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Reads the pickles and where the storages lie, and no tensor.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or has something in it that is not allowed.</exception>
    public static StoredValue Read(ByteSource source, string path)
    {
        var objects = new TorchObjects(path);
        var input = new PickleInput(source, path);
        if (new Unpickler(input, objects).Read() is not BigInteger magic || magic != Magic)
        {
            Throw.InvalidData($"{path}: this is a Python pickle that torch.save did not write. " +
                "Load it in Python and save its tensors with torch.save, or with numpy.savez.");
        }

        if (new Unpickler(input, objects).Read() is not (long)Version)
            Throw.InvalidData($"{path}: expected version {Version} of PyTorch's old format, got another one.");
        bool swapped = new Unpickler(input, objects).Read() is PickleMapping system && system.Find("little_endian") is false;
        var unpickler = new Unpickler(input, objects);
        object? value = unpickler.Read();
        if (new Unpickler(input, objects).Read() is not PickleList keys)
        {
            Throw.InvalidData($"{path}: expected the list of the storages' keys. The file is damaged.");
            return StoredValue.None;
        }

        var counts = new Dictionary<string, TorchStorage>();
        foreach (var storage in objects.Storages)
        {
            if (!counts.TryAdd(storage.Key, storage) && (counts[storage.Key].Total, counts[storage.Key].Type) != (storage.Total, storage.Type))
                Throw.InvalidData($"{path}: the storage {SafetensorsHeader.Quote(storage.Key)} has two lengths or types. The file is damaged.");
        }

        var places = Places(source, path, keys, counts, input.Position);
        return new TorchTree(path, storage => Bytes(source, path, places, storage, swapped), source.Length, unpickler.Made).Convert(value);
    }

    static Dictionary<string, (long Offset, long Length)> Places(
        ByteSource source, string path, PickleList keys, Dictionary<string, TorchStorage> counts, long position)
    {
        var places = new Dictionary<string, (long, long)>();
        Span<byte> field = stackalloc byte[sizeof(long)];
        foreach (object? item in keys.Items)
        {
            if (item is not string key || !counts.TryGetValue(key, out var storage) || places.ContainsKey(key))
            {
                Throw.InvalidData($"{path}: the list of storages names one that no tensor has, or one twice. The file is damaged.");
                continue;
            }

            long claimed = -1;
            if (position <= source.Length - sizeof(long))
            {
                source.Read(position, field);
                claimed = BitConverter.ToInt64(field);
            }

            position += sizeof(long);
            Int128 length = (Int128)storage.Total * storage.Size;
            if (claimed != storage.Total || length > source.Length - position)
            {
                Throw.InvalidData($"{path}: the storage {SafetensorsHeader.Quote(key)} should have {storage.Total} elements, " +
                    $"and {Math.Max(0, source.Length - position)} bytes are left. The file is truncated, or damaged.");
            }

            places[key] = (position, (long)length);
            position += (long)length;
        }

        return places;
    }

    static ByteSource Bytes(
        ByteSource source, string path, Dictionary<string, (long Offset, long Length)> places, TorchStorage storage, bool swapped)
    {
        if (!places.TryGetValue(storage.Key, out var place))
        {
            Throw.InvalidData($"{path}: the storage {SafetensorsHeader.Quote(storage.Key)} is missing. The file is damaged.");
            return source;
        }

        return TorchStorages.InOrder(source.Slice(place.Offset, place.Length), storage, swapped, path);
    }
}
