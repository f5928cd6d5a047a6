using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>Everything that decides how a run ends: the same settings, data and seed give the same weights, bit for bit.
/// </summary>
/// <param name="Layers">The network as a <see cref="LayerText"/>, or the name of a model that is a class of the
/// library, perhaps with other normalizations: <c>resnet20 after batchnorm</c>.</param>
/// <param name="Model">The network's name, where it was chosen by its name.</param>
/// <param name="Epochs">How many times to go through the data.</param>
/// <param name="BatchSize">How many samples a mini-batch has.</param>
/// <param name="DropLast">Whether a last, smaller mini-batch is left out.</param>
/// <param name="Optimizer">Which optimizer.</param>
/// <param name="LearningRate">Its step size.</param>
/// <param name="Momentum">How much of the last direction is kept; for <see cref="OptimizerKind.Sgd"/>, and for
/// <see cref="OptimizerKind.Muon"/>, where 0 stands for its own default, 0.95.</param>
/// <param name="WeightDecay">How strongly weights are pulled to 0; null for the optimizer's own default, which is 0.01 for
/// <see cref="OptimizerKind.AdamW"/> and 0 for the others.</param>
/// <param name="Nesterov">Whether to look ahead; for <see cref="OptimizerKind.Sgd"/> with momentum only. Muon always does.</param>
/// <param name="Seed">The seed of weights and order.</param>
/// <param name="LogEvery">After how many mini-batches their mean loss is logged.</param>
/// <param name="CheckpointEvery">After how many mini-batches a checkpoint is written, besides at the end of each epoch; 0
/// for no more than that.</param>
/// <param name="Data">What to train on: the name of a dataset (<see cref="NamedDatasets"/>), or the path of a folder of
/// pictures (<see cref="ImageFolder"/>) or of a file of records (<see cref="Cifar10.FromRecords"/>); null for CIFAR-10.
/// </param>
/// <param name="TestData">What to test on, likewise; null for the test images of a named dataset, or for none with
/// <paramref name="Data"/> of one's own.</param>
public sealed record RunSettings(
    string Layers,
    string? Model = null,
    int Epochs = 5,
    int BatchSize = 10,
    bool DropLast = false,
    OptimizerKind Optimizer = OptimizerKind.Adam,
    float LearningRate = 1e-4f,
    float Momentum = 0,
    float? WeightDecay = null,
    bool Nesterov = false,
    long Seed = 42,
    int LogEvery = 500,
    int CheckpointEvery = 0,
    string? Data = null,
    string? TestData = null)
{
    /// <summary>The learning rate of <see cref="OptimizerKind.Muon"/> where none is given; the usual one of the others is a step per weight,
    /// this one a step of a whole matrix.</summary>
    public const float MuonLearningRate = 0.02f;

    const double MuonMomentum = 0.95, AdamOfMuon = 3e-4 / 0.02; // Jordan's

    /// <summary>The tutorial's training, with batch normalization.</summary>
    public static RunSettings Tutorial { get; } = new(NamedNetworks.Tutorial.Layers, NamedNetworks.Tutorial.Name);

    /// <summary>What training does besides; null for nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RunMethods? Methods { get; init; }

    /// <summary>How pictures of a folder become samples; null for pictures that are of one size already, and for other data.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PictureSettings? Pictures { get; init; }

    /// <summary>The trained network that it begins with; null for one from scratch.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TuningSettings? Tuning { get; init; }

    /// <summary>The training of a network on a folder of pictures, where nothing else is said.</summary>
    public static RunSettings OfPictures { get; } = new(
        NamedNetworks.Tutorial.Layers, Epochs: 20, BatchSize: 32, LearningRate: 1e-3f)
    {
        Methods = new RunMethods(
            Schedule: "cosine", Crop: 4, CropPadding: PaddingMode.Reflect, Flip: FlipKind.Random, Scale: new ChannelScale([], []),
            Validation: 0.2, Monitor: ValidationMetric.Accuracy, KeepBest: true),
        Pictures = new PictureSettings(Background: PictureColor.White) { FitsNetwork = true, LogsEpochs = true },
    };

    /// <summary>The training of a network on a file, where nothing else is said. A <see cref="BatchSize"/> and a <see cref="LogEvery"/> of 0 are made
    /// by <see cref="FileRun.Complete"/>.</summary>
    public static RunSettings OfFile { get; } = new(
        "table", Epochs: 100, BatchSize: 0, Optimizer: OptimizerKind.AdamW, LearningRate: 2e-3f, WeightDecay: 1e-2f, LogEvery: 0)
    {
        Methods = new RunMethods(Schedule: "cosine", Validation: 0.2, Patience: 16, KeepBest: true, NoDecayNorms: true),
    };

    /// <summary>The recipe that the settings are from, in part at least; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Recipe { get; init; }

    /// <summary>What training does besides.</summary>
    [JsonIgnore]
    public RunMethods Does => Methods ?? RunMethods.None;

    /// <summary>How often the network sees each image when it is tested.</summary>
    [JsonIgnore]
    public TestTimeAugmentation TestedWith => Does.Special?.TestTimeAugmentation ?? TestTimeAugmentation.None;

    /// <summary>Whether there is something to test on.</summary>
    [JsonIgnore]
    public bool IsTested => TestName is not null;

    /// <summary>What is tested on: a dataset's name or a path, null for nothing.</summary>
    [JsonIgnore]
    public string? TestName => TestData ?? NamedDatasets.Find(Data ?? NamedDatasets.Cifar10.Name)?.Name;

    /// <summary>The same with data as a person names it: a dataset's name or a path (<see cref="NamedDatasets.Resolve"/>). What
    /// is used without being named is left unsaid, so that the same run has the same settings.</summary>
    public RunSettings WithData(string? data, string? testData)
    {
        string? train = NamedDatasets.Resolve(data), test = NamedDatasets.Resolve(testData);
        var named = NamedDatasets.Find(train ?? NamedDatasets.Cifar10.Name);
        return this with
        {
            Data = named == NamedDatasets.Cifar10 ? null : train,
            TestData = test is not null && test == named?.Name ? null : test,
        };
    }

    /// <summary>Refuses what no run has, in a file that was read.</summary>
    /// <param name="layers">Whether the network is a chain of layers or has a name.</param>
    /// <exception cref="LayerTextException">A mistake in the layers.</exception>
    /// <exception cref="ArgumentException">A setting out of range; the message says which.</exception>
    internal void Check(bool layers = true)
    {
        if (layers && Tuning?.Network is null)
            NamedNetworks.Check(Layers);
        Tuning?.Check();
        foreach (var (name, value, least) in new[]
        {
            ("epochs", Epochs, 1), ("batchSize", BatchSize, 1), ("logEvery", LogEvery, 0), ("checkpointEvery", CheckpointEvery, 0),
        })
        {
            if (value < least)
                throw new ArgumentException($"{name}: expected {least} or more, got {value}.");
        }

        if (Does.Scale is { } scale && (scale.Mean.Count == 0 || scale.Mean.Count != scale.Std.Count))
            throw new ArgumentException($"scale: expected a mean and a deviation for each channel, got {scale.Mean.Count} and {scale.Std.Count}.");
    }

    /// <summary>The optimizer of some parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or one that this optimizer does not have.</exception>
    public Optimizer MakeOptimizer(IEnumerable<Parameter> parameters) => MakeOptimizer([new ParameterGroup(parameters)]);

    /// <summary>The optimizer of groups of parameters.</summary>
    /// <exception cref="ArgumentException">A setting out of range, or one that this optimizer does not have.</exception>
    public Optimizer MakeOptimizer(IEnumerable<ParameterGroup> groups)
    {
        if (Optimizer is OptimizerKind.Adam or OptimizerKind.AdamW && (Momentum != 0 || Nesterov))
        {
            throw new ArgumentException(
                $"Momentum and Nesterov are settings of sgd and muon; {Optimizer} has moments of its own. Leave them out, or choose sgd.");
        }

        return Optimizer switch
        {
            OptimizerKind.Adam => new Adam(groups, LearningRate, weightDecay: WeightDecay ?? 0),
            OptimizerKind.AdamW => new AdamW(groups, LearningRate, weightDecay: WeightDecay ?? 0.01f),
            OptimizerKind.Muon => new Muon(groups, LearningRate, Momentum == 0 ? MuonMomentum : Momentum, weightDecay: WeightDecay ?? 0,
                adamLearningRate: AdamOfMuon * LearningRate),
            _ => new SGD(groups, LearningRate, Momentum, weightDecay: WeightDecay ?? 0, nesterov: Nesterov),
        };
    }
}

/// <summary>The optimizers that <see cref="RunSettings"/> can name.</summary>
public enum OptimizerKind
{
    /// <summary><see cref="Ballast.Adam"/>.</summary>
    Adam,

    /// <summary><see cref="Ballast.AdamW"/>.</summary>
    AdamW,

    /// <summary><see cref="Ballast.SGD"/>.</summary>
    Sgd,

    /// <summary><see cref="Ballast.Muon"/> for hidden matrices, AdamW for all else.</summary>
    Muon,
}
