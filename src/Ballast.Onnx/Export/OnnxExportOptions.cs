using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>How a network is written as an ONNX file.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>The version of ONNX's operators, from 17 to 23. Newer ones have fewer nodes for GELU (20), group normalization (21) and
    /// root-mean-square normalization (23); more programs read older ones.</summary>
    public int Opset { get; init; } = OnnxFile.DefaultOpset;

    /// <summary>Whether any number of samples goes in. Otherwise it is the one that the input's shape has.</summary>
    public bool DynamicBatch { get; init; } = true;

    /// <summary>The axis of the inputs and results that counts samples.</summary>
    public int BatchAxis { get; init; }

    /// <summary>The name of the open axis.</summary>
    public string BatchName { get; init; } = "N";

    /// <summary>The names of the inputs; null for <c>input</c>, or <c>input_0</c>, <c>input_1</c>, ...</summary>
    public IReadOnlyList<string>? InputNames { get; init; }

    /// <summary>The names of the results; null for <c>output</c>, or <c>output_0</c>, <c>output_1</c>, ...</summary>
    public IReadOnlyList<string>? OutputNames { get; init; }

    /// <summary>Whether batch normalizations become part of the convolution or linear layer before them, where nothing else reads that. The
    /// weights then are not those of the network's state.</summary>
    public bool FoldNormalization { get; init; }

    /// <summary>Whether the file has all of the network's state under its keys, also what no node reads because the nodes read what follows from
    /// it: the direction and the length of a weight normalization, the weight behind a spectral one, counts of batches. With it
    /// <see cref="OnnxFile.Open"/> gives the whole state. Programs that run the file leave it out, and some say so.</summary>
    public bool KeepState { get; init; }

    /// <summary>What turns bytes into what the network takes, as nodes in front of it; null where floats go in.</summary>
    public OnnxPreprocessing? Preprocessing { get; init; }

    /// <summary>The names of the classes, which the file keeps as the text <c>classes</c>, a JSON list.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>More texts that the file keeps, by their names.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The name of the graph.</summary>
    public string GraphName { get; init; } = "ballast";
}

/// <summary>The way from an image's bytes [N, C, H, W] to what a network was trained on: (byte / 255 - mean) / deviation of each channel.</summary>
/// <param name="Mean">The mean of each channel, on the scale from 0 to 1.</param>
/// <param name="Std">The standard deviation of each channel.</param>
[method: OverloadResolutionPriority(1)]
public sealed record OnnxPreprocessing(IReadOnlyList<float> Mean, IReadOnlyList<float> Std)
{
    /// <summary>Means and deviations in numbers of type double, each rounded to float32.</summary>
    public OnnxPreprocessing(IReadOnlyList<double> mean, IReadOnlyList<double> std)
        : this([.. mean.Select(static value => (float)value)], [.. std.Select(static value => (float)value)])
    {
    }
}
