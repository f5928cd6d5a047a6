namespace Ballast;

/// <summary>The bytes of a storage in the order of this machine.</summary>
static class TorchStorages
{
    /// <summary>A storage's bytes, reversed number by number where they were written with the highest first.</summary>
    public static ByteSource InOrder(ByteSource bytes, TorchStorage storage, bool swapped, string path)
    {
        if (!swapped || storage.Size == 1 && storage.Type is not null)
            return bytes;
        if (storage.Type is not { } type)
        {
            Throw.InvalidData($"{path}: an untyped storage with the highest byte first is not read. Save it on a little-endian machine.");
            return bytes;
        }

        return new SwappedSource(bytes, StoredTypes.SwapSizeOf(type));
    }
}
