using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Ballast.Onnx.Tests;

/// <summary>ONNX Runtime, the judge.</summary>
static class Ort
{
    static SessionOptions Options() => new()
    {
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
    };

    /// <summary>A file as ONNX Runtime takes it.</summary>
    public static InferenceSession Open(string path) => new(path, Options());

    /// <summary>All results of a session.</summary>
    public static Tensor[] Run(InferenceSession session, params Tensor[] inputs)
    {
        string[] names = [.. session.InputNames];
        var values = names.Select((name, i) => Value(name, inputs[i])).ToList();
        using var results = session.Run(values, session.OutputNames);
        return [.. results.Select(Tensor)];
    }

    static NamedOnnxValue Value(string name, Tensor x)
    {
        int[] sizes = x.Shape.ToArray();
        return x.ElementType switch
        {
            ElementType.Int64 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(x.ToArray<long>(), sizes)),
            ElementType.Bool => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<bool>(x.ToArray<bool>(), sizes)),
            ElementType.UInt8 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<byte>(x.ToArray<byte>(), sizes)),
            _ => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(x.ToArray(), sizes)),
        };
    }

    static Tensor Tensor(DisposableNamedOnnxValue value) => value.Value switch
    {
        Tensor<float> x => Ballast.Tensor.From(x.ToArray(), new Shape(x.Dimensions)),
        Tensor<long> x => Ballast.Tensor.FromInt64(x.ToArray(), new Shape(x.Dimensions)),
        Tensor<bool> x => Ballast.Tensor.FromBool(x.ToArray(), new Shape(x.Dimensions)),
        Tensor<byte> x => Ballast.Tensor.FromUInt8(x.ToArray(), new Shape(x.Dimensions)),
        var other => throw new NotSupportedException($"{value.Name}: {other}"),
    };

    /// <summary>The largest difference, relative to the largest value; infinite where shapes differ or one is finite alone.</summary>
    public static double Difference(Tensor expected, Tensor got, double leastScale = 1e-6)
    {
        if (expected.Shape != got.Shape)
            return double.PositiveInfinity;
        float[] a = expected.To(ElementType.Float32).ToArray(), b = got.To(ElementType.Float32).ToArray();
        double scale = 0, worst = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (float.IsFinite(a[i]))
                scale = Math.Max(scale, Math.Abs(a[i]));
            if (a[i].Equals(b[i]))
                continue;
            double away = Math.Abs((double)a[i] - b[i]);
            worst = double.IsNaN(away) ? double.PositiveInfinity : Math.Max(worst, away);
        }

        return worst == 0 ? 0 : worst / Math.Max(scale, leastScale);
    }
}
