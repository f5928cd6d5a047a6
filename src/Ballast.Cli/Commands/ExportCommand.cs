using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast export</c>: a run's network for other programs.</summary>
static class ExportCommand
{
    static readonly Argument<string> Run = new("RUN") { Description = "The folder of a run" };
    static readonly Argument<string> To = new("FILE") { Description = "The ONNX file to write" };
    static readonly Option<string?> Weights = CommonOptions.Weights();

    static readonly Option<int> Opset = CommonOptions.Count(
        "--opset", "The version of ONNX's operators", OnnxFile.DefaultOpset, OnnxFile.NewestOpset, OnnxFile.DefaultOpset);

    static readonly Option<bool> Fold = new("--fold") { Description = "Make batch normalizations part of the layers before them" };
    static readonly Option<bool> Bytes = new("--bytes") { Description = "Take pictures' bytes: dividing by 255 and standardizing are in the file" };

    static readonly Option<bool> State = new("--state")
    {
        Description = "Keep all of the network's state under its keys, also what only follows into other weights",
    };

    public static Command Make()
    {
        var command = new ExampleCommand("export",
            "Writes a run's network as an ONNX file, which other programs run: any number of pictures goes in, a number for each class comes out.",
            "ballast export runs/20260502-140300-train net.onnx",
            "ballast export runs/20260502-140300-train net.onnx --bytes --fold")
        {
            Run, To, Weights, Opset, Fold, Bytes, State,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        var folder = RunPaths.Trained(result.GetValue(Run)!, "Export");
        var samples = folder.Record.TrainedOn;
        string path = result.GetValue(To)!;
        var scale = folder.Record.Settings.Does.Scale;
        bool bytes = result.GetValue(Bytes);
        if (bytes && samples.Shape.Count != 3)
            throw new UsageException($"--bytes is for networks of pictures; this one takes [{string.Join(", ", samples.Shape)}].");
        if (result.GetValue(State) && result.GetValue(Fold))
            throw new UsageException("--fold changes weights, and --state keeps them as they are. Leave out one of them.");
        int channels = samples.Shape[0];
        OnnxFile.Export(Network(folder, result.GetValue(Weights)), new Shape([1, .. samples.Shape]), path, new OnnxExportOptions
        {
            Opset = result.GetValue(Opset),
            FoldNormalization = result.GetValue(Fold),
            KeepState = result.GetValue(State),
            Classes = samples.ClassNames,
            Preprocessing = !bytes ? null : scale is null
                ? new OnnxPreprocessing([.. Enumerable.Repeat(0f, channels)], [.. Enumerable.Repeat(1f, channels)])
                : new OnnxPreprocessing(scale.Mean, scale.Std),
        });
        string takes = bytes ? "bytes, 0 to 255" : scale is null && folder.Record.File is null ? "values from 0 to 1" : "standardized values";
        Output.WriteLine($"{StoredText.Of(path)}: {new FileInfo(path).Length} bytes; in: {takes} [N, {string.Join(", ", samples.Shape)}]");
        return 0;
    }

    static Module Network(RunFolder folder, string? weights) => folder.Record.File is null ? TrainedNetwork.Load(folder, weights)
        : TrainedNetwork.Load(folder, FileTasks.Reopen(folder), weights);
}
