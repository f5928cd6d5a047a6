using System.CommandLine;
using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast convert</c>: weights from one file format into another.</summary>
static class ConvertCommand
{
    static readonly Argument<string> From = new("FILE")
    {
        Description = "Weights: safetensors or its index, .pt, .pth, .npz, .npy, .onnx, .keras, .h5; also a checkpoint",
    };

    static readonly Argument<string> To = new("TO")
    {
        Description = "The file to write; its name says how: .safetensors, .pt, .pth, .npz, .npy, with --model .onnx, .weights.h5, .h5",
    };

    static readonly Option<string?> Key = new("--key")
    {
        Description = "Take this part of a checkpoint [default: the model's state]",
        HelpName = "PATH",
    };

    static readonly Option<bool> All = new("--all") { Description = "Take all of the file: optimizer and plain values too, where .pt is written" };

    static readonly Option<string?> ShardSize = new("--shard-size")
    {
        Description = "Divide .safetensors among files of at most this size, with an index: 500MB, 2GB, 64MiB",
        HelpName = "SIZE",
    };

    static readonly Option<string?> Model = new("--model")
    {
        Description = "Of a file of Keras, or for one or .onnx, the network that has the weights: a model's name, or layers in quotes",
        HelpName = "NETWORK",
    };

    static readonly Option<string?> Input = new("--input")
    {
        Description = "One sample of the network of --model, channels first [default: what the file says]",
        HelpName = "3,32,32",
    };

    static readonly Option<int?> Classes = new("--classes")
    {
        Description = "The results of the network of --model [default: those of the file's last Dense]",
        HelpName = "N",
    };

    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object");

    public static Command Make()
    {
        var command = new ExampleCommand("convert",
            "Writes the weights of a file in another format. Nothing in a file of PyTorch is run.",
            "ballast convert resnet.pth resnet.safetensors",
            "ballast convert runs/20260502-140300-train/weights.safetensors net.pt",
            "ballast convert checkpoint.pt ema.npz --key ema.state_dict",
            "ballast convert large.pt model.safetensors --shard-size 500MB",
            "ballast convert net.pt net.onnx --model resnet20 --input 3,32,32 --classes 10",
            "ballast convert net.pt net.weights.h5 --model resnet20 --input 3,32,32 --classes 10",
            "ballast convert model.keras net.pt --model \"conv:32,3 batchnorm:eps=1e-3 relu flatten linear:10\"")
        {
            From, To, Key, All, ShardSize, Model, Input, Classes, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.GetValue(All) && result.GetValue(Key) is not null)
            throw new UsageException("--all takes everything, --key a part. Leave out one of them.");
        var (from, to) = (result.GetValue(From)!, result.GetValue(To)!);
        long? shard = result.GetValue(ShardSize) is { } size ? Bytes(size) : null;
        if (Directory.Exists(from))
        {
            throw new UsageException(IsOnnx(to)
                ? $"{from} is a folder. A run's network is written by: {CommandText.Of("ballast", "export", from, to)}"
                : $"{from} is a folder. Name a file in it: a run's weights are {Path.Combine(from, "weights.safetensors")}.");
        }

        var done = result.GetValue(Model) is { } model ? OfNetwork(result, model, from, to, shard)
            : StateFile.Convert(from, to, result.GetValue(Key), result.GetValue(All), shard);
        if (result.GetValue(Json))
        {
            FilesJson.Print(new ConversionResult(from, to, done.Files, [.. done.Tensors.Select(InspectedTensor.Of)],
                [.. done.Widened.Select(static tensor => tensor.Name)], done.LeftOut));
            return 0;
        }

        Output.WriteLine($"{StoredText.Of(done.Files[^1])}: {StoredText.Totals(done.Tensors)}"
            + (done.Files.Count > 1 ? $", in {done.Files.Count - 1} files" : ""));
        foreach (var kind in done.Widened.GroupBy(static tensor => tensor.Type))
        {
            string names = StoredText.Of(string.Join(", ", kind.Select(static tensor => tensor.Name)));
            Output.WriteLine($"Now F32 instead of {kind.Key}, which the format lacks: {names}");
        }

        if (done.LeftOut.Count > 0)
            Output.WriteLine($"Left out: {StoredText.Of(string.Join(", ", done.LeftOut))}");
        return 0;
    }

    // The weights of a file of Keras under the keys, and in the layouts, of a network here; or a network with the weights of any file.
    static StateConversion OfNetwork(ParseResult result, string model, string from, string to, long? shard)
    {
        if (result.GetValue(All) || result.GetValue(Key) is not null)
            throw new UsageException("--model takes all of a network. Leave out --all and --key.");
        bool keras = KerasFile.IsOne(from), toKeras = to.EndsWith(".h5", StringComparison.OrdinalIgnoreCase);
        if (!keras && !toKeras && !IsOnnx(to))
            throw new UsageException($"{from} is no file of Keras: its weights have their keys. Leave out --model.");
        if ((IsOnnx(to) || toKeras) && shard is not null)
            throw new UsageException("--shard-size divides .safetensors. Leave it out.");
        var (sample, outputs) = keras ? KerasFile.Describe(from) : default;
        sample = result.GetValue(Input) is { } told ? Sizes(told) : sample
            ?? throw new UsageException($"{from} does not say what its model takes. Say it, channels first: --input 3,32,32.");
        int classes = result.GetValue(Classes) ?? outputs
            ?? throw new UsageException($"{from} does not say how many results its model has. Say it: --classes 10.");
        if (classes < 1)
            throw new UsageException($"--classes: expected 1 or more, got {classes}.");
        // The tutorial's networks are layers with a name.
        var network = NamedNetworks.Build(NamedNetworks.IsName(model) ? NamedNetworks.Find(model).Layers : model, sample.Value, classes);
        if (!keras)
            network.LoadStateDict(StateFile.Load(from));
        else
            Tell(KerasFile.Load(network, from, new KerasOptions { SampleShape = sample }), result.GetValue(Json));
        if (toKeras)
        {
            Tell(KerasFile.Save(network, sample.Value, to), result.GetValue(Json));
            using var stored = KerasFile.OpenAsStored(to);
            return new StateConversion(stored.Tensors, [], []) { Files = [to] };
        }

        if (!IsOnnx(to))
            return StateFile.SaveAs(to, network.StateDict(), shard);
        OnnxFile.Export(network, new Shape([1, .. sample.Value.ToArray()]), to);
        using var written = StateFile.Open(to);
        return new StateConversion(written.Tensors, [], []) { Files = [to] };
    }

    static void Tell(KerasLoad load, bool json)
    {
        if (json)
            return;
        foreach (var (layer, module) in load.Layers)
            Output.WriteLine($"{StoredText.Of(layer)} -> {module}");
        foreach (string note in load.Notes)
            Output.WriteLine(StoredText.Of(note));
    }

    static void Tell(KerasSave save, bool json)
    {
        if (json)
            return;
        foreach (var (layer, module) in save.Layers)
            Output.WriteLine($"{module} -> {layer}");
        foreach (string note in save.Notes)
            Output.WriteLine(note);
    }

    static bool IsOnnx(string path) => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    static Shape Sizes(string text)
    {
        int[] sizes = [.. text.Split(',').Select(static part =>
            int.TryParse(part, NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        return sizes.All(static size => size > 0) ? new Shape(sizes)
            : throw new UsageException($"--input: expected sizes with commas between them, such as 3,32,32, got {text}.");
    }

    // A size as people write it.
    static long Bytes(string text)
    {
        (string Unit, long Size)[] units =
        [
            ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1), ("", 1),
        ];
        var (unit, size) = units.First(entry => text.EndsWith(entry.Unit, StringComparison.OrdinalIgnoreCase));
        return decimal.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)
            && count * size is >= 1 and <= long.MaxValue and var bytes
            ? (long)bytes : throw new UsageException($"--shard-size: expected a size such as 500MB, 2GB or 64MiB, got {text}.");
    }
}
