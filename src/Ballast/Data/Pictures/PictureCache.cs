using System.IO.MemoryMappedFiles;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ballast;

/// <summary>Resized pictures kept on disk: one file for each way to decode and resize, with a record for each picture under the
/// SHA-256 of its file. A record says by a checksum that it is whole, so a process killed in the middle leaves only records that the
/// next one writes anew.</summary>
/// <remarks>The file is mapped into memory: the system reads from it what is needed and lets go of it where memory is short. One process
/// at a time writes; the folder is kept below a limit by dropping the files that were used the longest ago.</remarks>
sealed unsafe class PictureCache : PictureStore
{
    const int KeyBytes = 32, SumBytes = 8, HeadBytes = KeyBytes + SumBytes;
    const string Extension = ".pictures";

    readonly byte* start;
    readonly int size;
    readonly long record;
    readonly long[] slots;

    PictureCache(string path, int size, long[] slots)
    {
        this.size = size;
        this.slots = slots;
        record = Record(size);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        using var file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        // Kept for the life of the process, as every mapping is: no span over it can dangle.
        file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read).SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    public override ReadOnlySpan<byte> Bytes(int index) => new(Address(index), size);

    public override byte* Address(int index) => start + slots[index] * record + HeadBytes;

    /// <summary>Opens the cache and adds what it has not.</summary>
    /// <param name="folder">The folder of the cache.</param>
    /// <param name="settings">How pictures are decoded and resized.</param>
    /// <param name="keys">The SHA-256 of each picture's file.</param>
    /// <param name="size">The bytes of each picture.</param>
    /// <param name="limit">The most bytes of the folder.</param>
    /// <param name="add">Decodes those pictures that the cache has not: is given their indices and a place to write each one's bytes to,
    /// from several threads. What cannot be decoded is left out.</param>
    /// <returns>The pictures; null where the cache cannot be used: another process writes to it, the limit is too low, or the folder
    /// cannot be written.</returns>
    public static PictureCache? Open(
        string folder, string settings, byte[][] keys, int size, long limit, Action<int[], Action<int, Picture>> add)
    {
        if (keys.Length * Record(size) > limit)
            return null;
        string path = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(settings)))[..32] + Extension);
        try
        {
            Directory.CreateDirectory(folder);
            using var locked = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return Write(path, keys, size, limit, add);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static PictureCache Write(string path, byte[][] keys, int size, long limit, Action<int[], Action<int, Picture>> add)
    {
        long record = Record(size);
        if (File.Exists(path) && new FileInfo(path).Length + keys.Length * record > limit)
            File.Delete(path);
        var slots = new long[keys.Length];
        using (var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            var (known, free, end) = Scan(handle, record, [.. keys.Select(Convert.ToHexString)]);
            var missing = new List<int>();
            // One slot serves all pictures of one content; where it is new, the first of them fills it.
            for (int i = 0; i < keys.Length; i++)
            {
                string key = Convert.ToHexString(keys[i]);
                if (!known.TryGetValue(key, out long slot))
                {
                    slot = free.Count > 0 ? free.Dequeue() : end++;
                    known[key] = slot;
                    missing.Add(i);
                }

                slots[i] = slot;
            }

            if (missing.Count > 0)
            {
                MakeRoom(path, missing.Count * record, limit);
                if (RandomAccess.GetLength(handle) < end * record)
                    RandomAccess.SetLength(handle, end * record);
                add([.. missing], (i, picture) => RandomAccess.Write(handle, Whole(keys[i], picture.Bytes, record), slots[i] * record));
            }
        }

        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        return new PictureCache(path, size, slots);
    }

    // What lies where; a slot whose record is torn or of no use any more is written over only if it is torn.
    static (Dictionary<string, long> Known, Queue<long> Free, long End) Scan(
        Microsoft.Win32.SafeHandles.SafeFileHandle handle, long record, HashSet<string> wanted)
    {
        var known = new Dictionary<string, long>(StringComparer.Ordinal);
        var free = new Queue<long>();
        long slotCount = RandomAccess.GetLength(handle) / record;
        byte[] bytes = new byte[record];
        for (long slot = 0; slot < slotCount; slot++)
        {
            RandomAccess.Read(handle, bytes.AsSpan(0, HeadBytes), slot * record);
            string key = Convert.ToHexString(bytes.AsSpan(0, KeyBytes));
            if (bytes.AsSpan(0, HeadBytes).IndexOfAnyExcept((byte)0) < 0)
            {
                free.Enqueue(slot);
                continue;
            }

            if (!wanted.Contains(key))
                continue;
            if (RandomAccess.Read(handle, bytes, slot * record) == record
                && Sum(bytes) == MemoryMarshal.Read<ulong>(bytes.AsSpan(KeyBytes)))
            {
                known[key] = slot;
            }
            else
            {
                free.Enqueue(slot);
            }
        }

        return (known, free, slotCount);
    }

    static byte[] Whole(byte[] key, ReadOnlySpan<byte> picture, long record)
    {
        byte[] bytes = new byte[record];
        key.CopyTo(bytes, 0);
        picture.CopyTo(bytes.AsSpan(HeadBytes));
        MemoryMarshal.Write(bytes.AsSpan(KeyBytes), Sum(bytes));
        return bytes;
    }

    // Over the key and the pixels, eight bytes at once.
    static ulong Sum(ReadOnlySpan<byte> whole)
    {
        ulong sum = 0x9E3779B97F4A7C15;
        var words = MemoryMarshal.Cast<byte, ulong>(whole);
        for (int i = 0; i < words.Length; i++)
        {
            if (i != KeyBytes / sizeof(ulong))
                sum = BitOperations.RotateLeft((sum ^ words[i]) * 0xC2B2AE3D27D4EB4F, 31);
        }

        return sum | 1;
    }

    static void MakeRoom(string path, long needed, long limit)
    {
        var files = new DirectoryInfo(Path.GetDirectoryName(path)!).GetFiles("*" + Extension)
            .OrderBy(static file => file.LastWriteTimeUtc).ToList();
        long total = files.Sum(static file => file.Length) + needed;
        foreach (var file in files.Where(file => file.FullName != Path.GetFullPath(path)))
        {
            if (total <= limit)
                return;
            long length = file.Length;
            file.Delete();
            total -= length;
        }
    }

    static long Record(int size) => (HeadBytes + size + 7L) / 8 * 8;
}
