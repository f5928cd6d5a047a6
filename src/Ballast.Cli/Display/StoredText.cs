using System.Globalization;
using Spectre.Console;

namespace Ballast.Cli;

/// <summary>What is in a file of weights, as lines to read. Names come from strangers: control characters do not reach the terminal.</summary>
static class StoredText
{
    const int Longest = 400;

    /// <summary>A text from a file, harmless and not too long.</summary>
    public static string Of(string text)
    {
        string shown = string.Concat(text.Select(static letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));
        return shown.Length > Longest ? $"{shown[..Longest]}..." : shown;
    }

    /// <summary>How many tensors, elements and bytes there are.</summary>
    public static string Totals(IReadOnlyCollection<StoredTensor> tensors)
    {
        var (elements, bytes) = (tensors.Sum(static tensor => tensor.Length), tensors.Sum(static tensor => tensor.ByteLength));
        return string.Create(CultureInfo.InvariantCulture,
            $"{tensors.Count} {(tensors.Count == 1 ? "tensor" : "tensors")}, {elements:N0} elements, {bytes:N0} bytes");
    }

    /// <summary>A line for each tensor: type, shape, name.</summary>
    public static void Table(IReadOnlyCollection<StoredTensor> tensors)
    {
        int width = tensors.Select(static tensor => Shape(tensor).Length).DefaultIfEmpty().Max();
        string[] rows = [.. tensors.Select(tensor => $"  {tensor.Type,-6} {Shape(tensor).PadRight(width)}  {Of(tensor.Name)}")];
        // In columns, or where one does not fit its line none is.
        bool fits = rows.All(static row => row.GetCellWidth() <= Output.Width);
        foreach (var (tensor, row) in tensors.Zip(rows))
            Output.WriteLine(fits ? row : $"  {tensor.Type} {Shape(tensor)} {Of(tensor.Name)}");
    }

    /// <summary>What is no tensor, with the way to it.</summary>
    public static IEnumerable<(string Path, string Text)> Values(StoredValue root) => Values(root, "");

    /// <summary>The class of a module that was saved whole, at the top or under one name.</summary>
    public static string? ClassOf(StoredValue root) => root is StoredMapping mapping
        ? mapping.ClassName ?? mapping.Select(static entry => entry.Value).OfType<StoredMapping>()
            .Select(static part => part.ClassName).FirstOrDefault(static name => name is not null)
        : null;

    /// <summary>A format as a person calls it.</summary>
    public static string NameOf(StoredFormat format) => format switch
    {
        StoredFormat.Safetensors => "safetensors",
        StoredFormat.SafetensorsIndex => "safetensors in several files",
        StoredFormat.PyTorch => "PyTorch",
        StoredFormat.PyTorchLegacy => "PyTorch before 1.6",
        StoredFormat.Npy => "a NumPy array",
        StoredFormat.Npz => "NumPy arrays",
        StoredFormat.Onnx => "ONNX",
        StoredFormat.Idx => "an array of IDX",
        _ => "Keras",
    };

    static string Shape(StoredTensor tensor) => $"[{string.Join(", ", tensor.Shape)}]";

    static IEnumerable<(string Path, string Text)> Values(StoredValue value, string path) => value switch
    {
        StoredMapping mapping => mapping.SelectMany(entry => Values(entry.Value, Join(path, entry.Key.ToString()!))),
        StoredList list => list.Items.SelectMany((item, i) => Values(item, Join(path, i.ToString(CultureInfo.InvariantCulture)))),
        StoredTensor => [],
        _ => [(path, value.ToString()!)],
    };

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
