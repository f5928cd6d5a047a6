namespace Ballast;

public static partial class OnnxFile
{
    /// <summary>Opens an ONNX file as a file of weights, of whatever opset and operators: its tensors under their names in the file, each in its
    /// own type. The weights of an LSTM, GRU or RNN have the names, shapes and order of gates that layers here have
    /// (<c>lstm.weight_ih_l0</c>), by the name of their node where the file has none of these. In a file that
    /// <see cref="Export(Module, Shape, string, OnnxExportOptions?)"/> wrote the tensors are the state's, and what else is stored is no tensor of
    /// the result.</summary>
    /// <example><code>
    /// using var file = OnnxFile.Open("net.onnx");
    /// net.LoadStateDict(file.ToStateDict());
    /// </code></example>
    /// <param name="path">The file. Weights that lie beside it are read from its folder, and from nowhere else.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or none of ONNX.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static StoredFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OnnxStates.Open(path, OnnxReader.Parse(path));
    }

    /// <summary>What an ONNX file says of itself: versions, inputs, results, operators. Nothing is refused that can be parsed.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or none of ONNX.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxDescription Describe(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return OnnxDescription.Of(OnnxReader.Parse(path));
    }

    /// <summary>Lets <see cref="StateFile.Open"/>, <see cref="StateFile.Load(string)"/> and <see cref="StateFile.Convert"/> take ONNX files too, from
    /// now on in this program.</summary>
    public static void Register() => StoredFormats.Add(Finds, Open);

    // The version of the format comes first, a small number, and one of the message's next fields.
    static bool Finds(string path, ReadOnlyMemory<byte> start) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
        || start.Span is [0x08, < 0x40, 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42, ..];
}
