using System.Globalization;
using System.Text.RegularExpressions;
using Onnx;

namespace Ballast;

/// <summary>The weights of an ONNX file's recurrent layers as layers here keep them: a matrix for the input and one for the state, two biases, for
/// each layer and direction; gates in the order input, forget, cell, output (LSTM) or reset, update, new (GRU).</summary>
static partial class OnnxRecurrentState
{
    // For each gate here its place in ONNX, which has input, output, forget, cell, and update, reset, hidden.
    static readonly Dictionary<string, int[]> Gates = new() { ["LSTM"] = [0, 2, 3, 1], ["GRU"] = [1, 0, 2], ["RNN"] = [0] };

    /// <summary>What takes the place of stored tensors, by their names: nothing for what became part of others.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stored">Its stored tensors.</param>
    public static Dictionary<string, List<StoredTensor>> Of(GraphProto graph, OrderedDictionary<string, StoredValue> stored)
    {
        Dictionary<string, List<StoredTensor>> taken = [];
        Dictionary<string, int> layers = [];
        foreach (var node in graph.Node.Where(static node => node.Domain is "" or "ai.onnx" && Gates.ContainsKey(node.OpType)))
        {
            StoredTensor? Input(int place) =>
                place < node.Input.Count && stored.GetValueOrDefault(node.Input[place]) is StoredTensor tensor ? tensor : null;
            // What no layer here computes stays as it is.
            bool peeps = node.Input.Count > 7 && node.Input[7].Length > 0;
            bool resetsFirst = node.OpType == "GRU" && !(node.Attribute.FirstOrDefault(static a => a.Name == "linear_before_reset")?.I is > 0);
            if (peeps || resetsFirst || Input(1) is not { } input || Input(2) is not { } hidden || taken.ContainsKey(input.Name)
                || taken.ContainsKey(hidden.Name) || (Input(3) is null && node.Input.Count > 3 && node.Input[3].Length > 0)
                || !Fit(input, hidden, Input(3), Gates[node.OpType].Length))
                continue;
            var (stem, layer) = Name(node, input.Name, layers);
            taken[input.Name] = [];
            taken[hidden.Name] = [];
            if (Input(3) is { } biases)
                taken[biases.Name] = [];
            for (int d = 0; d < input.Shape[0]; d++)
            {
                string end = layer + (d == 1 ? "_reverse" : "");
                taken[input.Name].Add(Part(input, d, 0, $"{stem}weight_ih{end}", Gates[node.OpType]));
                taken[hidden.Name].Add(Part(hidden, d, 0, $"{stem}weight_hh{end}", Gates[node.OpType]));
                if (Input(3) is not { } bias)
                    continue;
                taken[bias.Name].Add(Part(bias, d, 0, $"{stem}bias_ih{end}", Gates[node.OpType]));
                taken[bias.Name].Add(Part(bias, d, 1, $"{stem}bias_hh{end}", Gates[node.OpType]));
            }
        }

        return taken;
    }

    static bool Fit(StoredTensor input, StoredTensor hidden, StoredTensor? bias, int gates) =>
        input.Shape is [1 or 2, > 0, > 0] && hidden.Shape.Length == 3 && hidden.Shape[0] == input.Shape[0]
        && hidden.Shape[1] == input.Shape[1] && hidden.Shape[1] == gates * hidden.Shape[2]
        && (bias is null || bias.Shape.AsSpan().SequenceEqual([input.Shape[0], 2 * input.Shape[1]]));

    // A file of this library has the state's names, of cells those without a layer. Elsewhere a node's path is the layer's, and what follows in one
    // path is the next layer.
    static (string Stem, string Layer) Name(NodeProto node, string weight, Dictionary<string, int> layers)
    {
        if (IsOwn().Match(weight) is { Success: true } own)
            return (own.Groups[1].Value, own.Groups[2].Value);
        string path = node.Name.Trim('/');
        string stem = path.Length == 0 ? node.OpType.ToLowerInvariant()
            : path.LastIndexOf('/') is > 0 and int end ? path[..end].Replace('/', '.') : IsCounted().Replace(path, "");
        int layer = layers[stem] = layers.GetValueOrDefault(stem, -1) + 1;
        return ($"{stem}.", string.Create(CultureInfo.InvariantCulture, $"_l{layer}"));
    }

    // One direction, and of biases one half, with its gates in the order they have here.
    static StoredTensor Part(StoredTensor tensor, int direction, int half, string name, int[] gates)
    {
        var bytes = tensor.Data;
        bool isBias = tensor.Shape.Length == 2;
        long rows = isBias ? tensor.Shape[1] / 2 : tensor.Shape[1];
        int length = (int)(tensor.ByteLength / tensor.Shape[0]) / (isBias ? 2 : 1), gate = length / gates.Length;
        var part = bytes.Slice((direction * (isBias ? 2 : 1) + half) * length, length);
        byte[] ordered = new byte[length];
        for (int i = 0; i < gates.Length; i++)
            part.Slice(gates[i] * gate, gate).CopyTo(ordered.AsMemory(i * gate));
        return new StoredTensor(name, tensor.Type, isBias ? [rows] : [rows, tensor.Shape[2]], ordered);
    }

    [GeneratedRegex(@"^(.*?)weight_ih((?:_l[0-9]{1,4}(?:_reverse)?)?)$", RegexOptions.Singleline)]
    private static partial Regex IsOwn();

    [GeneratedRegex("_[0-9]+$")]
    private static partial Regex IsCounted();
}
