using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The options of <c>ballast train</c>, and of the study of fine-tuning, that begin with a trained network.</summary>
static class TuneOptions
{
    const double Tenth = 0.1;

    // What torchvision's weights, trained on ImageNet, expect of pictures.
    static readonly ChannelScale ImageNet = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    static readonly Option<string?> From = new("--from")
    {
        Description = "Begin with a trained network, with a new head for the data's classes: an ONNX file, a run's folder, a file of weights "
            + "(PyTorch's .pt, safetensors, .npz) together with --model, or resnet18-imagenet",
        HelpName = "NETWORK",
    };

    static readonly Option<TunedBody> Body = Words<TunedBody>("--body",
        "What becomes of its body: frozen (what it computes is kept), trained, or fresh (drawn anew, to compare with) [default: frozen]");

    static readonly Option<NormalizationMode> Norms = Words<NormalizationMode>("--norms",
        "Its batch normalizations: frozen (old statistics), running (those of each batch), or adapting (measured once on the new data) "
            + "[default: frozen; running for a fresh body]");

    static readonly Option<float> BodyRate = CommonOptions.Positive(
        "--body-learning-rate", "Learning rate of the body [default: a tenth of the head's; the head's for a fresh body]");

    static readonly Option<string?> Cut = new("--cut")
    {
        Description = "The node of an ONNX file behind which the head comes [default: what goes into its last product]",
        HelpName = "NODE",
    };

    static readonly Option<int> Memory = CommonOptions.Count(
        "--feature-memory", "MiB in which what a frozen body computes is kept; 0 to compute it anew in each epoch", 0, 1 << 20,
        (int)(FineTuning.UsualLimit >> 20));

    /// <summary>All of them.</summary>
    public static Option[] All { get; } = [From, Body, Norms, BodyRate, Cut, Memory];

    /// <summary>Those of the study, whose arms are the modes of normalizations.</summary>
    public static Option[] Studied { get; } = [From, Body, BodyRate, Cut, Memory];

    /// <summary>The settings that a study begins with.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="data">What it trains on.</param>
    /// <param name="rate">The head's learning rate; null for the usual one.</param>
    /// <param name="network">The network that is named besides.</param>
    public static RunSettings ForStudy(ParseResult result, string? data, float? rate, string? network)
    {
        bool folder = data is not null && NamedDatasets.Find(data) is null && Directory.Exists(data);
        var settings = Begin(result, RunSettings.Tutorial with
        {
            Methods = RunMethods.None,
            Pictures = folder ? RunSettings.OfPictures.Pictures! with { FitsNetwork = false, LogsEpochs = false } : null,
        }, network is null ? null : (network, NamedNetworks.IsName(network) ? network : null));
        return End(result, settings with { LearningRate = rate ?? settings.LearningRate });
    }

    /// <summary>Whether a network is named to begin with.</summary>
    public static bool Asked(ParseResult result)
    {
        if (result.Has(From))
            return true;
        if (All.FirstOrDefault(result.Has) is { } extra)
            throw new UsageException($"{extra.Name} is for a network that is trained further. Name one by --from, or leave it out.");
        return false;
    }

    /// <summary>Settings with what is usual for a network that is trained further, before what is asked.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="settings">What is usual for the data.</param>
    /// <param name="network">The network that is named besides, as layers and a name; null for none.</param>
    /// <exception cref="UsageException">There is no such network, or something is missing.</exception>
    public static RunSettings Begin(ParseResult result, RunSettings settings, (string Layers, string? Name)? network)
    {
        string from = result.GetValue(From)!;
        var body = result.GetValue(Body);
        var usual = body == TunedBody.Fresh ? NormalizationMode.Running : NormalizationMode.Frozen;
        var tuning = new TuningSettings(from, body, result.Given(Norms) ?? usual)
        {
            Cut = result.GetValue(Cut),
            FeatureMemory = result.GetValue(Memory),
        };
        settings = settings with
        {
            Epochs = body == TunedBody.Frozen ? 20 : 5,
            BatchSize = 32,
            LearningRate = 1e-3f,
            Methods = settings.Does with
            {
                Schedule = "cosine",
                Crop = 0,
                Flip = body == TunedBody.Frozen ? FlipKind.None : FlipKind.Random,
            },
        };
        var begun = Named(from, settings, tuning, network);
        if (tuning.Cut is not null && begun.Tuning!.Network is null)
            throw new UsageException($"--cut names a node of an ONNX file, and {from} is none. Leave it out.");
        return begun;
    }

    /// <summary>The settings with the rate of the body, once that of the head is known.</summary>
    public static RunSettings End(ParseResult result, RunSettings settings) => settings.Tuning is not { } tuning ? settings : settings with
    {
        Tuning = tuning with
        {
            BodyLearningRate = result.Given(BodyRate) ?? (float)Math.Round(settings.LearningRate * (tuning.Body == TunedBody.Fresh ? 1 : Tenth), 12),
        },
    };

    /// <summary>Says what is not kept, and why.</summary>
    public static void Say(RunSettings settings)
    {
        if (settings.Tuning is not { Body: TunedBody.Frozen, FeatureMemory: > 0 } tuning)
            return;
        if (tuning.Normalizations == NormalizationMode.Running)
            Output.Say("note: the frozen body's statistics move with each batch (--norms running), so what it computes is not kept.");
        else if (settings.Does is not { Crop: 0, Flip: FlipKind.None, Cutout: 0 })
            Output.Say("note: pictures are changed at random, so what the frozen body makes of them is computed anew in each epoch and not kept. "
                + "Without --crop, --flip and --cutout it is computed once.");
    }

    static RunSettings Named(string from, RunSettings settings, TuningSettings tuning, (string Layers, string? Name)? network)
    {
        if (from == "resnet18-imagenet" || Path.GetExtension(from).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            if (network is not null)
                throw new UsageException($"{from} has its network in it. Leave --model and LAYERS out.");
            return OfOnnx(from, settings, tuning);
        }

        if (Directory.Exists(from))
        {
            return network is null ? OfRun(from, settings, tuning)
                : throw new UsageException($"The run {from} has its network. Leave --model and LAYERS out.");
        }

        if (!File.Exists(from))
        {
            throw new UsageException(
                $"--from: there is no file or folder {from}. Name an ONNX file, a run, a file of weights, or resnet18-imagenet.");
        }

        if (KerasFile.IsOne(from))
        {
            throw new UsageException($"{from} is a file of Keras, whose weights have other keys. Bring them into the network first, by "
                + CommandText.Of("ballast", "convert", from, Path.GetFileNameWithoutExtension(from) + ".pt", "--model", network?.Name ?? "NETWORK")
                + ", and name that file.");
        }

        if (network is null)
        {
            throw new UsageException(
                $"{from} has weights, and not what network they belong to. Name it: {CommandText.Of("--model", "resnet18", "--from", from)}");
        }

        bool published = NamedNetworks.Published.Any(known => known.Name == network.Value.Name) || network.Value.Name == "resnet18";
        return WithScale(settings, published ? ImageNet : new ChannelScale([], [])) with
        {
            Layers = network.Value.Layers,
            Model = network.Value.Name,
            Tuning = tuning with { Weights = Path.GetFullPath(from) },
            Pictures = Sized(settings, published ? new Shape(3, 224, 224) : null),
        };
    }

    static RunSettings OfOnnx(string from, RunSettings settings, TuningSettings tuning)
    {
        string source = from;
        if (from != "resnet18-imagenet")
        {
            source = Path.GetFullPath(from);
            if (!File.Exists(source))
                throw new UsageException($"--from: there is no file {from}.");
        }

        var reader = BodyReader.Current
            ?? throw new UsageException("This ballast was made without ONNX files, and cannot begin with one. Take the full command.");
        return WithScale(settings, null) with
        {
            Layers = Path.GetFileName(from),
            Model = null,
            Tuning = tuning with { Network = source },
            Pictures = Sized(settings, reader.SampleShape(source)),
        };
    }

    static RunSettings OfRun(string from, RunSettings settings, TuningSettings tuning)
    {
        var folder = RunPaths.Trained(from, "Begin with");
        if (!File.Exists(folder.WeightsPath))
            throw new UsageException($"{from} has no weights yet. Go on with it first: {CommandText.Of("ballast", "train", "--resume", from)}");
        var old = folder.Record.Settings;
        return WithScale(settings, old.Does.Scale) with
        {
            Layers = old.Layers,
            Model = old.Model,
            Tuning = tuning with
            {
                Weights = Path.GetFullPath(folder.WeightsPath),
                Network = old.Tuning?.Network is { } own ? Path.GetFullPath(own) : null,
            },
            Pictures = Sized(settings, folder.Record.TrainedOn.ToShape()),
        };
    }

    static RunSettings WithScale(RunSettings settings, ChannelScale? scale) => settings with { Methods = settings.Does with { Scale = scale } };

    static PictureSettings? Sized(RunSettings settings, Shape? sample) => settings.Pictures is not { } pictures ? null
        : sample is not { Rank: 3 } shape ? pictures with { FitsNetwork = false }
        : pictures with { FitsNetwork = false, Height = shape[1], Width = shape[2], Channels = shape[0] };

    static Option<T> Words<T>(string name, string description)
        where T : struct, Enum => new(name)
        {
            Description = description,
            HelpName = "NAME",
            // The description says what is taken by default, in the words that are taken.
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (Enum.TryParse(text, ignoreCase: true, out T value) && char.IsLetter(text[0]))
                    return value;
                string[] words = Array.ConvertAll(Enum.GetNames<T>(), static word => word.ToLowerInvariant());
                result.AddError($"{name}: there is no \"{text}\". {Suggestion.Of(text, words)}");
                return default;
            },
        };
}
