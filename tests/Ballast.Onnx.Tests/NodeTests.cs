
namespace Ballast.Onnx.Tests;

/// <summary>ONNX's own tests of its operators, where Debian's package libonnx-testdata has brought them.</summary>
public class NodeTests
{
    const string Data = "/usr/share/libonnx-testdata/data/node";

    // What a test has that is not meant to be taken, and why.
    static readonly Dictionary<string, string> Left = new()
    {
        ["test_cast_BFLOAT16_to_FLOAT"] = Bits,
        ["test_cast_FLOAT_to_BFLOAT16"] = Bits,
        ["test_castlike_BFLOAT16_to_FLOAT"] = Bits,
        ["test_castlike_BFLOAT16_to_FLOAT_expanded"] = Bits,
        ["test_castlike_FLOAT_to_BFLOAT16"] = Bits,
        ["test_castlike_FLOAT_to_BFLOAT16_expanded"] = Bits,
        ["test_cast_DOUBLE_to_FLOAT16"] = Halves,
        ["test_cast_FLOAT_to_FLOAT16"] = Halves,
        ["test_castlike_DOUBLE_to_FLOAT16"] = Halves,
        ["test_castlike_DOUBLE_to_FLOAT16_expanded"] = Halves,
        ["test_castlike_FLOAT_to_FLOAT16"] = Halves,
        ["test_castlike_FLOAT_to_FLOAT16_expanded"] = Halves,
        ["test_training_dropout"] = Mode,
        ["test_training_dropout_default"] = Mode,
        ["test_training_dropout_default_mask"] = Mode,
        ["test_training_dropout_mask"] = Mode,
        ["test_resize_downsample_scales_cubic_align_corners"] = Whole,
        ["test_resize_downsample_scales_linear_align_corners"] = Whole,
        ["test_lstm_with_peepholes"] = "peepholes are refused when the node runs",
        ["test_adam_multiple"] = "the test was computed with an epsilon of 0.01, which its file does not have",
    };

    // What a generator of its own drew: the shape and the type are the same, and the values that both have kept.
    static readonly string[] Drawn =
    [
        "test_bernoulli",
        "test_bernoulli_double",
        "test_bernoulli_double_expanded",
        "test_bernoulli_expanded",
        "test_bernoulli_seed",
        "test_bernoulli_seed_expanded",
    ];

    // What refuses a file, by the message: there is nothing here that does it.
    static readonly string[] Elsewhere =
    [
        "has no DFT,", "has no Det,", "has no If,", "has no Loop", "has no MelWeightMatrix,", "has no NonMaxSuppression,",
        "has no Optional", "has no RoiAlign,", "has no STFT,", "has no Scan,", "has no Sequence", "has no StringNormalizer,",
        "has no TfIdfVectorizer,", "has no Unique,", "has no ConvInteger,", "has no DequantizeLinear,", "has no DynamicQuantizeLinear,",
        "has no MatMulInteger,", "has no QLinear", "has no QuantizeLinear,", "has values of string", "is a sequence or a map",
    ];

    const string Bits = "the test has the bits of bfloat16 as whole numbers";
    const string Halves = "float16 is widened here, and not rounded to";
    const string Mode = "dropout follows the mode of the network, which evaluates here";
    const string Whole = "sizes that are no whole numbers, where PyTorch and ONNX Runtime have whole ones";

    static Tensor Value(string path)
    {
        var stored = global::Onnx.TensorProto.Parser.ParseFrom(File.ReadAllBytes(path));
        return new StoredTensors(Path.GetDirectoryName(path)!).Read(stored);
    }

    static string? Fault(string folder)
    {
        bool isDrawn = Drawn.Contains(Path.GetFileName(folder));
        var graph = OnnxFile.Load(Path.Combine(folder, "model.onnx"));
        foreach (string set in Directory.GetDirectories(folder, "test_data_set_*"))
        {
            Tensor[] inputs = [.. Enumerable.Range(0, graph.InputNames.Count).Select(i => Value(Path.Combine(set, $"input_{i}.pb")))];
            var got = Exported.Evaluate(x => graph.Run(x), inputs);
            for (int i = 0; i < got.Length; i++)
            {
                var expected = Value(Path.Combine(set, $"output_{i}.pb"));
                if (expected.ElementType != got[i].ElementType)
                    return $"result {i}: expected {expected.ElementType}, got {got[i].ElementType}";
                if (isDrawn && expected.Shape == got[i].Shape)
                    expected = Tensor.Where(expected.To(ElementType.Bool) & got[i].To(ElementType.Bool), expected, got[i]);
                double difference = Ort.Difference(expected, got[i]);
                if (!(difference <= 1e-4))
                    return $"result {i}: expected {expected}, got {got[i]}, off by {difference:G3}";
            }
        }

        return null;
    }

    static string? Why(string folder)
    {
        try
        {
            return Fault(folder);
        }
        catch (Exception failure) when (failure is InvalidDataException or ArgumentException)
        {
            return failure.Message;
        }
    }

    static string? Refusal(string folder)
    {
        try
        {
            OnnxFile.Load(Path.Combine(folder, "model.onnx"));
            return null;
        }
        catch (InvalidDataException refusal)
        {
            return refusal.Message;
        }
    }

    [SkippableByFolder(Data)]
    public void Operators_that_exist_here_give_what_ONNX_says()
    {
        List<string> faults = [];
        HashSet<string> left = [.. Left.Keys];
        int passed = 0, refused = 0;
        foreach (string folder in Directory.GetDirectories(Data).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(folder);
            if (Refusal(folder) is { } refusal)
            {
                refused++;
                if (!Elsewhere.Any(reason => refusal.Contains(reason, StringComparison.Ordinal)))
                    faults.Add($"{name}: {refusal}");
            }
            else if (Why(folder) is not { } fault)
                passed++;
            else if (!left.Remove(name))
                faults.Add($"{name}: {fault}");
        }

        Assert.Empty(left);

        Assert.True(faults.Count == 0, $"{passed} passed, {refused} refused, {faults.Count} failed:\n{string.Join('\n', faults)}");
        Assert.True(passed > 800, $"{passed} passed, {refused} were refused");
    }
}

/// <summary>A test of files that a package brings; skipped where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class SkippableByFolderAttribute : FactAttribute
{
    public SkippableByFolderAttribute(string folder)
    {
        if (!Directory.Exists(folder))
            Skip = $"{folder} is not there: apt-get install libonnx-testdata brings it.";
    }
}
