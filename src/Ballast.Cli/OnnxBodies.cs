using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Bodies of networks from ONNX files, and the pretrained ResNet-18.</summary>
sealed class OnnxBodies : BodyReader
{
    /// <inheritdoc/>
    public override Module Read(string source, string? cut, bool fresh)
    {
        var body = Open(source).Body(cut);
        if (fresh)
            body.DrawAnew();
        return body;
    }

    /// <inheritdoc/>
    public override void Copy(string source, string? cut, string path) => OnnxFile.Save(Open(source).Body(cut), path);

    /// <inheritdoc/>
    public override Shape? SampleShape(string source)
    {
        int?[] sizes = [.. (Open(source).InputSizes(0) ?? []).Skip(1)];
        return sizes.Length > 0 && sizes.All(static size => size is > 0) ? new Shape([.. sizes.Select(static size => size!.Value)]) : null;
    }

    static OnnxGraph Open(string source)
    {
        if (source == PretrainedResNet18.Name)
            return PretrainedResNet18.Load();
        var graph = OnnxFile.Load(source);
        if (graph.InputNames.Count != 1 || graph.InputType(0) != ElementType.Float32)
        {
            throw new ArgumentException(
                $"{source} takes {graph.InputNames.Count} inputs, the first of {graph.InputType(0)}. Expected one of Float32: pictures, "
                + "with values from 0 to 1. Export the network without preprocessing.");
        }

        return graph.OpenBatch();
    }
}
