namespace Ballast;

/// <summary>ResNet-18 (He et al. 2015) as it was trained on ImageNet, without its head: it makes 512 features of a picture. The files are those of
/// the NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 (MIT), which the installed <c>dotnet</c> brings; they are checked by SHA-256.</summary>
public static class PretrainedResNet18
{
    /// <summary>The name that commands know it by.</summary>
    public const string Name = "resnet18-imagenet";

    /// <summary>The licence of the files.</summary>
    public const string License = "MIT, Copyright (c) .NET Foundation and Contributors";

    const string Package = "Microsoft.ML.DnnImageFeaturizer.ResNet18", Version = "0.23.1";
    const string Network = "ResNet18.onnx", Preparation = "ResNetPreprocess.onnx", LicenseFile = "LICENSE";
    const string Prefix = "preprocessing.";

    static readonly DataFile[] Files =
    [
        new(Network, 63653533, "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f"),
        new(Preparation, 602584, "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004"),
        new(LicenseFile, 1139, "d7a68596ab69b06f51ca278a6545148e4269a9381c26d597c13df5d88e08cf5b"),
    ];

    /// <summary>Whether the files are there and good.</summary>
    /// <param name="options">Where they are kept; null for the usual place.</param>
    public static IReadOnlyList<DataFileStatus> Inspect(DatasetOptions? options = null) => Cache(options).Inspect();

    /// <summary>Brings what is missing or damaged, and checks it.</summary>
    /// <param name="options">Where files are kept; null for the usual place.</param>
    /// <param name="force">Whether good files are brought again too.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <exception cref="IOException">The package cannot be had, or what came is not what it should be.</exception>
    public static void Fetch(DatasetOptions? options = null, bool force = false, CancellationToken cancellation = default) =>
        Cache(options).Fetch(force, options?.Progress, cancellation);

    /// <summary>The text of the licence, as the package has it but for the ends of its lines, which are line feeds.</summary>
    /// <param name="options">Where files are kept; null for the usual place.</param>
    /// <exception cref="IOException">It is not there.</exception>
    public static string ReadLicense(DatasetOptions? options = null) =>
        File.ReadAllText(Path.Combine(Folder(options), LicenseFile)).ReplaceLineEndings("\n");

    /// <summary>The network, with what has to be done to pictures in it: RGB pictures [N, 3, 224, 224] with values from 0 to 1 go in, as datasets of
    /// pictures give them; they become bytes in the order blue, green, red, and the mean picture of ImageNet is subtracted. Features
    /// [N, 512, 1, 1] come out. Missing files are brought first where the options allow it.</summary>
    /// <param name="options">Where files are kept, and whether they may be downloaded; null for the usual place, and yes.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file is missing and cannot be brought.</exception>
    public static OnnxGraph Load(DatasetOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new DatasetOptions();
        Cache(options).Open(Files, options.Download, options.Progress, cancellation);
        var network = OnnxFile.Load(Path.Combine(Folder(options), Network)).OpenBatch();
        var preparation = OnnxFile.Load(Path.Combine(Folder(options), Preparation)).OpenBatch();
        NodeGraph bytes = new() { Opset = preparation.Opset };
        bytes.Inputs.Add(new GraphValue("image", ElementType.Float32, ["N", "3", "224", "224"]));
        bytes.Initializers["255"] = Tensor.Full([1], 255);
        bytes.Nodes.Add(new OnnxNode("Mul", ["image", "255"], ["bytes"]));
        bytes.Outputs.Add(new GraphValue("bytes", ElementType.Float32, null));
        return new OnnxGraph(bytes).Then(preparation, Prefix).Then(network, Prefix);
    }

    static string Folder(DatasetOptions? options) => (options ?? new DatasetOptions()).FilesFolder(Name);

    static DataCache Cache(DatasetOptions? options)
    {
        var inside = new Dictionary<string, string>
        {
            [Network] = $"tools/DnnImageModels/ResNet18Onnx/{Network}",
            [Preparation] = $"tools/DnnImageModels/ResNetPrepOnnx/{Preparation}",
            [LicenseFile] = LicenseFile,
        };
        var source = new NuGetPackage(Package, Version, inside, "60 MB");
        return new DataCache("ResNet-18", Folder(options), Files, [source], $"ballast data fetch {Name}");
    }
}
