namespace Ballast.Lab;

/// <summary>What the <see cref="Doctor"/> may know besides the network. Each thing that is left out leaves out the checks that need
/// it; <see cref="Diagnosis.Skipped"/> names them.</summary>
public sealed record DoctorOptions
{
    /// <summary>The training data as the training gets it: usually its <see cref="DataLoader"/>. The network is run on
    /// <see cref="MaxBatches"/> of them and left as it was.</summary>
    public IEnumerable<Batch>? Batches { get; init; }

    /// <summary>On how many batches the network is run: 50.</summary>
    public int MaxBatches { get; init; } = 50;

    /// <summary>Test data, to see whether they are like the training data, and how the network does on them.</summary>
    public IEnumerable<Batch>? TestBatches { get; init; }

    /// <summary>Makes the network with fresh weights, to see what the learning rate does from the first: what a trained network is
    /// not good for.</summary>
    public Func<Module>? MakeFresh { get; init; }

    /// <summary>Makes the optimizer of a network with a learning rate; null for one of the kind of <see cref="Optimizer"/>, without
    /// momentum.</summary>
    public Func<Module, float, Optimizer>? MakeOptimizer { get; init; }

    /// <summary>The loss of some outputs: <see cref="CrossEntropyLoss"/> where nothing else is said.</summary>
    public Func<Tensor, Tensor, Tensor> Loss { get; init; } = static (outputs, targets) => new CrossEntropyLoss().Forward(outputs, targets);

    /// <summary>The optimizer, for its weight decay and its learning rate.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>How training goes through the data; taken from <see cref="Batches"/> where they are a <see cref="DataLoader"/>.</summary>
    public TrainingPlan? Plan { get; init; }

    /// <summary>The shape of one sample, without a batch axis; taken from <see cref="Batches"/> where they are a
    /// <see cref="DataLoader"/>.</summary>
    public Shape? SampleShape { get; init; }

    /// <summary>How many batches' gradients are added up before the optimizer steps: 1.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Whether the network has been trained: its running statistics are meant to be used.</summary>
    public bool Trained { get; init; }

    /// <summary>Whether it is about to serve or to be exported as it is, so that every part has to be in evaluation mode.</summary>
    public bool ForInference { get; init; }

    /// <summary>Whether its weights are an average of those of several steps (EMA, SWA).</summary>
    public bool AveragedWeights { get; init; }

    /// <summary>Whether the running statistics were computed anew from data for the weights as they are
    /// (<see cref="PreciseStatistics"/>).</summary>
    public bool StatisticsRecomputed { get; init; }

    /// <summary>The network as a trained one that is trained further; null where it is not.</summary>
    public FineTuning? Tuning { get; init; }

    /// <summary>How the network is evaluated, by a program of one's own: it is watched while this runs.</summary>
    public Action? Evaluation { get; init; }

    /// <summary>The state as a file had it, which the network was loaded from.</summary>
    public StateDict? LoadedState { get; init; }

    /// <summary>Checks of one's own, which are made after Ballast's.</summary>
    public IReadOnlyList<DoctorCheck> Checks { get; init; } = [];

    /// <summary>Stops between two batches.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>How training goes through the data.</summary>
/// <param name="BatchSize">How many samples a batch has.</param>
/// <param name="SampleCount">How many samples there are; null where that is not known.</param>
/// <param name="DropLast">Whether a last, smaller batch is left out.</param>
/// <param name="Epochs">How many times it goes through them; null where that is not known.</param>
public sealed record TrainingPlan(int BatchSize, int? SampleCount = null, bool DropLast = false, int? Epochs = null)
{
    /// <summary>The plan of a loader.</summary>
    public static TrainingPlan Of(DataLoader loader, int? epochs = null) =>
        new(loader.BatchSize, loader.Dataset.Count, loader.DropLast, epochs);

    /// <summary>How many samples the last batch of an epoch has; null where that is not known.</summary>
    public int? LastBatch => SampleCount is not { } count ? null : DropLast ? Math.Min(BatchSize, count) : (count - 1) % BatchSize + 1;

    /// <summary>How many batches training has in all; null where that is not known.</summary>
    public long? Steps => SampleCount is not { } count || Epochs is not { } epochs ? null
        : epochs * (long)(DropLast ? count / BatchSize : (count - 1) / BatchSize + 1);
}
