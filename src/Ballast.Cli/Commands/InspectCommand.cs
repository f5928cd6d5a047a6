using System.CommandLine;

namespace Ballast.Cli;

/// <summary><c>ballast inspect</c>: what a file of weights holds.</summary>
static class InspectCommand
{
    static readonly Argument<string> Path = new("FILE")
    {
        Description = "Weights: safetensors or its index, .pt, .pth, .npz, .npy, .onnx, .keras, .h5; also a checkpoint",
    };

    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object");

    public static Command Make()
    {
        var command = new ExampleCommand("inspect",
            "Says what a file of weights holds: its format, each tensor's type and shape, and what else is in it. Nothing in it is run.",
            "ballast inspect resnet.pth",
            "ballast inspect net.onnx",
            "ballast inspect model.safetensors.index.json --json")
        {
            Path, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        string path = result.GetValue(Path)!;
        var (file, note) = Open(path);
        using var opened = file;
        var values = StoredText.Values(file.Root).ToList();
        if (result.GetValue(Json))
        {
            FilesJson.Print(new InspectionResult(
                path, file.Format, StoredText.ClassOf(file.Root), file.Metadata, [.. file.Tensors.Select(InspectedTensor.Of)],
                values.ToDictionary(static value => value.Path, static value => value.Text), GraphText.Json(file), note));
            return 0;
        }

        Output.WriteLine($"{StoredText.Of(path)}: {StoredText.NameOf(file.Format)}, {StoredText.Totals(file.Tensors)}");
        if (note is not null)
            Output.WriteLine(StoredText.Of(note));
        if (StoredText.ClassOf(file.Root) is { } name)
            Output.WriteLine($"A module saved whole: {StoredText.Of(name)}");
        foreach (string line in GraphText.Lines(file))
            Output.WriteLine(StoredText.Of(line));
        foreach (var (key, text) in file.Metadata)
            Output.WriteLine($"{StoredText.Of(key)} = {StoredText.Of(text)}");
        StoredText.Table(file.Tensors);
        foreach (var (place, text) in values)
            Output.WriteLine($"{StoredText.Of(place)} = {StoredText.Of(text)}");
        return 0;
    }

    // Weights of Keras whose order here does not follow from the file are shown as they are.
    static (StoredFile File, string? Note) Open(string path)
    {
        try
        {
            return (StateFile.Open(path), null);
        }
        catch (InvalidDataException failure) when (KerasFile.IsOne(path))
        {
            StoredFile file;
            try
            {
                file = KerasFile.OpenAsStored(path);
            }
            catch (InvalidDataException)
            {
                throw failure;
            }

            return (file, $"In the order that Keras has them: {failure.Message[(path.Length + 2)..]}");
        }
    }
}
