using Google.Protobuf;

namespace Ballast;

/// <summary>Networks as ONNX files and back.</summary>
public static partial class OnnxFile
{
    /// <summary>The version of ONNX's operators that files have by default.</summary>
    public const int DefaultOpset = 17;

    /// <summary>The newest version of ONNX's operators that files are written with.</summary>
    public const int NewestOpset = 23;

    /// <summary>Writes a network as an ONNX file. Its forward pass is recorded: whatever a module does with tensors, in the library or in a
    /// program's own classes, becomes nodes, with the keys of <see cref="Module.StateDict"/> as the names of weights. It runs in evaluation mode;
    /// nothing in it changes. Any number of samples goes into the file's graph. Before it is written the graph is computed once, for a batch that it
    /// was not recorded with, and has to say what the network says.</summary>
    /// <param name="module">The network.</param>
    /// <param name="inputShape">The shape of its input, the batch included: <c>[1, 3, 32, 32]</c>. How large the batch is does not matter, unless
    /// <see cref="OnnxExportOptions.DynamicBatch"/> is off.</param>
    /// <param name="path">The file, which is complete or not there.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <exception cref="NotSupportedException">The network has an operation that ONNX has not, or does with values or batch sizes what a graph
    /// cannot: the message names the layer.</exception>
    /// <exception cref="ArgumentException">The network does not take such an input, or options that do not go together.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Export(Module module, Shape inputShape, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        Export(module, [inputShape], [ElementType.Float32], inputs => [module.Forward(inputs[0])], path, options);
    }

    /// <summary>The same of a network with several inputs or results, or inputs that are whole numbers, such as tokens.</summary>
    /// <param name="module">The network.</param>
    /// <param name="inputs">Inputs that tell shapes and types; their values are not looked at.</param>
    /// <param name="run">Runs the network: <c>x => [model.Forward(x[0], x[1])]</c>.</param>
    /// <param name="path">The file, which is complete or not there.</param>
    /// <param name="options">How it is written; null for the defaults.</param>
    /// <inheritdoc cref="Export(Module, Shape, string, OnnxExportOptions?)" path="/exception"/>
    public static void Export(
        Module module, IReadOnlyList<Tensor> inputs, Func<Tensor[], Tensor[]> run, string path, OnnxExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Export(module, [.. inputs.Select(static input => input.Shape)], [.. inputs.Select(static input => input.ElementType)], run, path, options);
    }

    static void Export(Module module, Shape[] shapes, ElementType[] types, Func<Tensor[], Tensor[]> run, string path, OnnxExportOptions? options)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new OnnxExportOptions();
        var graph = new OnnxExport(module, shapes, types, run, options).Graph();
        var message = OnnxWriter.Message(graph);
        if (options.KeepState && OnnxStates.Complete(graph, module.StateDict(), path, message))
            message = OnnxWriter.Message(graph);
        AtomicFile.Write(path, message.WriteTo);
    }

    /// <summary>Writes a graph that was read back as it is now, with its weights in the file.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="path">The file, which is complete or not there.</param>
    /// <exception cref="NotSupportedException">More than 2 GB of weights.</exception>
    /// <exception cref="IOException">The file could not be written.</exception>
    public static void Save(OnnxGraph graph, string path)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, OnnxWriter.Message(graph.Whole()).WriteTo);
    }

    /// <summary>Reads an ONNX file as a network: opset 7 to 23, with weights in any form that ONNX has for them. Nothing in the file is run.
    /// Floats of 16 and 64 bits become floats of 32, smaller whole numbers int64.</summary>
    /// <param name="path">The file. Weights that lie beside it are read from its folder, and from nowhere else.</param>
    /// <returns>The network, in evaluation mode.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or needs operators that Ballast does not have: the message lists
    /// all of them.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxGraph Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var graph = OnnxReader.Read(path);
        GraphCleaning.Store(graph);
        return new OnnxGraph(graph);
    }
}
