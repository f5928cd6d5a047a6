using System.CommandLine;

namespace Ballast.Cli;

/// <summary><c>ballast convert</c>: weights from one file format into another.</summary>
static class ConvertCommand
{
    static readonly Argument<string> From = new("FILE")
    {
        Description = "Weights: safetensors or its index, .pt, .pth, .npz, .npy, .onnx, .keras, .h5; also a checkpoint",
    };

    static readonly Argument<string> To = new("TO") { Description = "The file to write; its name says how: .safetensors, .pt, .pth, .npz, .npy" };

    static readonly Option<string?> Key = new("--key")
    {
        Description = "Take this part of a checkpoint [default: the model's state]",
        HelpName = "PATH",
    };

    static readonly Option<bool> All = new("--all") { Description = "Take all of the file: optimizer and plain values too, where .pt is written" };
    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object");

    public static Command Make()
    {
        var command = new ExampleCommand("convert",
            "Writes the weights of a file in another format. Nothing in a file of PyTorch is run.",
            "ballast convert resnet.pth resnet.safetensors",
            "ballast convert runs/20260502-140300-train/weights.safetensors net.pt",
            "ballast convert checkpoint.pt ema.npz --key ema.state_dict")
        {
            From, To, Key, All, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.GetValue(All) && result.GetValue(Key) is not null)
            throw new UsageException("--all takes everything, --key a part. Leave out one of them.");
        var (from, to) = (result.GetValue(From)!, result.GetValue(To)!);
        var done = StateFile.Convert(from, to, result.GetValue(Key), result.GetValue(All));
        if (result.GetValue(Json))
        {
            FilesJson.Print(new ConversionResult(from, to, [.. done.Tensors.Select(InspectedTensor.Of)],
                [.. done.Widened.Select(static tensor => tensor.Name)], done.LeftOut));
            return 0;
        }

        Output.WriteLine($"{StoredText.Of(to)}: {StoredText.Totals(done.Tensors)}");
        foreach (var kind in done.Widened.GroupBy(static tensor => tensor.Type))
        {
            string names = StoredText.Of(string.Join(", ", kind.Select(static tensor => tensor.Name)));
            Output.WriteLine($"Now F32 instead of {kind.Key}, which the format lacks: {names}");
        }

        if (done.LeftOut.Count > 0)
            Output.WriteLine($"Left out: {StoredText.Of(string.Join(", ", done.LeftOut))}");
        return 0;
    }
}
