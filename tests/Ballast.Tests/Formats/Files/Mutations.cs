namespace Ballast.Tests.Formats;

/// <summary>Files with random damage, in a way that reaches deep: of an archive the entries are damaged and packed again.</summary>
static class Mutations
{
    /// <summary>The good files of each format.</summary>
    public static readonly IReadOnlyDictionary<string, IReadOnlyList<byte[]>> Good = new Dictionary<string, IReadOnlyList<byte[]>>
    {
        ["pickle"] = Files("state-2.pt", "kinds.pt", "checkpoint.pt", "module.pt", "module-4.pt", "checkpoint-5.pt"),
        ["legacy"] = Files("state-legacy.pt", "kinds-legacy.pt", "checkpoint-legacy.pt", "module-legacy.pt", "state-legacy-4.pt"),
        ["zip"] = Files("state-2.pt", "tensor.pt", "stored.npz", "deflated.npz"),
        ["npy"] = Files("version-1.npy", "version-2.npy", "version-3.npy"),
        ["safetensors"] = [Safetensors()],
    };

    /// <summary>A damaged file of a format.</summary>
    public static byte[] Make(string format, Random random)
    {
        var files = Good[format];
        byte[] good = files[random.Next(files.Count)];
        return format == "pickle" ? Repacked(good, random) : Damaged(good, random);
    }

    /// <summary>Reads all of a file; whether it could be read. Anything but a refusal comes out.</summary>
    public static bool Read(byte[] bytes)
    {
        try
        {
            using var file = StoredFormats.Open("mutated", new MemorySource(bytes), null);
            foreach (var tensor in file.Tensors)
                _ = tensor.Data;
            file.ToStateDict();
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    // The pickle is damaged and the archive made anew around it, with a sum that fits.
    static byte[] Repacked(byte[] good, Random random)
    {
        var from = new ZipDirectory(new MemorySource(good), "good");
        using var stream = new MemoryStream();
        using (var to = new ZipWriter(stream))
        {
            foreach (var entry in from.Entries)
            {
                byte[] content = entry.Content(int.MaxValue);
                to.Add(entry.Name, entry.Name.EndsWith(".pkl", StringComparison.Ordinal) ? Damaged(content, random) : content);
            }
        }

        return stream.ToArray();
    }

    static byte[] Damaged(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int n = random.Next(1, 4); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                case 3: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 4: bytes[at] = random.Next(2) == 0 ? byte.MaxValue : byte.MinValue; break;
                case 5 when random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
            }
        }

        return [.. bytes];
    }

    static byte[][] Files(params string[] names) =>
        [.. names.Select(static name => File.ReadAllBytes(Golden.PathOf(Path.Combine("states", name))))];

    static byte[] Safetensors()
    {
        using var stream = new MemoryStream();
        new SafetensorsWriter(
        [
            StoredTensor.From<float>("layers.1.weight", new float[6], 2, 3), StoredTensor.From<double>("double", [0.5], 1),
            StoredTensor.From<long>("steps", [3]), new StoredTensor("half", StoredType.BF16, [2], new byte[4]),
            StoredTensor.From<byte>("bytes", [], 0, 7),
        ], new Dictionary<string, string> { ["format"] = "pt" }).WriteTo(stream);
        return stream.ToArray();
    }
}
