using System.Globalization;

namespace Ballast;

/// <summary>Files for <c>torch.load</c>, with <c>weights_only</c> or without: PyTorch's zip format, with tensors and plain values and nothing
/// that runs. They are read by <see cref="StateFile.Open"/>.</summary>
public static class PyTorchFile
{
    // The folder in the archive, as PyTorch names it where it writes into a stream.
    const string Folder = "archive";

    /// <summary>Writes a module's state, as <c>torch.save(net.state_dict(), path)</c> does; whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(string path, StateDict state) => Save(path, StoredMapping.From(state));

    /// <summary>Writes a checkpoint: mappings, lists, tensors and plain values; whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="root">What it holds. A mapping of tensors alone becomes an <c>OrderedDict</c>, any other a <c>dict</c>.</param>
    /// <exception cref="ArgumentException">A tensor's element type is one that PyTorch 1.13 has no storage for (8-bit floats, unsigned integers
    /// of more than 8 bits), or values are nested more than 100 deep.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public static void Save(string path, StoredValue root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var (pickle, tensors) = PickleWriter.Write(root);
        AtomicFile.Write(path, stream =>
        {
            using var zip = new ZipWriter(stream);
            zip.Add($"{Folder}/data.pkl", pickle);
            zip.Add($"{Folder}/byteorder", "little"u8.ToArray());
            for (int i = 0; i < tensors.Count; i++)
                zip.Add(string.Create(CultureInfo.InvariantCulture, $"{Folder}/data/{i}"), tensors[i].ByteLength, tensors[i].CopyTo);
            zip.Add($"{Folder}/version", "3\n"u8.ToArray());
        });
    }
}
