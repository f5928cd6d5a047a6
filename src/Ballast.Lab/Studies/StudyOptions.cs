namespace Ballast.Lab;

/// <summary>What a person asks of a study; what is null is the study's own default.</summary>
public sealed record StudyOptions
{
    /// <summary>The seeds that studies use first: those of which PyTorch's results are published, then 1, 2, 3, ...</summary>
    public static IReadOnlyList<long> UsualSeeds { get; } = [42, 7, 0, 123, 2024];

    /// <summary>The network: a <see cref="LayerText"/>, or a model's name.</summary>
    public string? Layers { get; init; }

    /// <summary>The seeds.</summary>
    public IReadOnlyList<long>? Seeds { get; init; }

    /// <summary>How many times to go through the images.</summary>
    public int? Epochs { get; init; }

    /// <summary>Images in a mini-batch.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The optimizer.</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary>Its step size.</summary>
    public float? LearningRate { get; init; }

    /// <summary>How much of the last direction <see cref="OptimizerKind.Sgd"/> keeps.</summary>
    public float? Momentum { get; init; }

    /// <summary>How strongly weights are pulled to 0.</summary>
    public float? WeightDecay { get; init; }

    /// <summary>Whether <see cref="OptimizerKind.Sgd"/> with momentum looks ahead.</summary>
    public bool? Nesterov { get; init; }

    /// <summary>What training does besides: label smoothing, a schedule, augmentation.</summary>
    public RunMethods? Methods { get; init; }

    /// <summary>What to train on: a dataset's name or a path.</summary>
    public string? Data { get; init; }

    /// <summary>What to test on, likewise.</summary>
    public string? TestData { get; init; }

    /// <summary>Of the study of places: also each layer by itself.</summary>
    public bool PerLayer { get; init; }

    /// <summary>Of the study of batch sizes: which.</summary>
    public IReadOnlyList<int>? Sizes { get; init; }

    /// <summary>Of the study of learning rates: how many times the usual one.</summary>
    public IReadOnlyList<double>? Factors { get; init; }

    /// <summary>Of the cross validation: how many folds.</summary>
    public int? Folds { get; init; }

    /// <summary>Of the cross validation: whether each fold has the classes in the proportion of the whole.</summary>
    public bool Stratified { get; init; }

    /// <summary>Of ghost batch normalization among the normalizers: the images of a virtual batch.</summary>
    public int? VirtualBatch { get; init; }

    /// <summary>Of studies that compare arms at their best: how many times the learning rate to try for each trial; null for the
    /// study's own, and empty for none.</summary>
    public IReadOnlyList<double>? Tune { get; init; }

    /// <summary>Of the study of dropout: the share of values that are dropped.</summary>
    public double? Dropout { get; init; }

    /// <summary>Of the study of fine-tuning: the trained network to begin with, and what is usual for it; null for the study's own.</summary>
    public RunSettings? Begun { get; init; }

    /// <summary>So many of the seeds that studies use.</summary>
    /// <exception cref="ArgumentException">Fewer than one.</exception>
    public static IReadOnlyList<long> FirstSeeds(int count)
    {
        if (count < 1)
            throw new ArgumentException($"Expected a seed at least, got {count}.");
        var more = Enumerable.Range(1, count + UsualSeeds.Count).Select(static seed => (long)seed).Except(UsualSeeds);
        return [.. UsualSeeds.Concat(more).Take(count)];
    }

    /// <summary>A study's settings with what is asked instead.</summary>
    public RunSettings Apply(RunSettings settings)
    {
        settings = Begun ?? settings;
        var asked = settings with
        {
            Epochs = Epochs ?? settings.Epochs,
            BatchSize = BatchSize ?? settings.BatchSize,
            Optimizer = Optimizer ?? settings.Optimizer,
            LearningRate = LearningRate ?? (Optimizer == OptimizerKind.Muon ? RunSettings.MuonLearningRate : settings.LearningRate),
            Momentum = Momentum ?? (Optimizer is null or OptimizerKind.Sgd ? settings.Momentum : 0),
            WeightDecay = WeightDecay ?? settings.WeightDecay,
            Nesterov = Nesterov ?? settings.Nesterov,
            Methods = Methods ?? settings.Methods,
        };
        asked = Layers is { } layers
            ? asked with { Layers = NamedNetworks.IsName(layers) ? NamedNetworks.Find(layers).Layers : layers, Model = null } : asked;
        return Data is null && TestData is null ? asked : asked.WithData(Data ?? settings.Data, TestData);
    }

    /// <summary>The seeds, or so many of the usual ones.</summary>
    internal IReadOnlyList<long> SeedsOr(int count) => Seeds ?? FirstSeeds(count);
}
