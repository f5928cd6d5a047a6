namespace Ballast.Lab;

/// <summary>What the checks look at: the network, its chains, what else is known, and what was measured.</summary>
public sealed class Examination
{
    Dictionary<BatchNorm, int>? valuesPerSample;
    ScannedSamples? training, test;
    ColumnTable? columns;
    DuplicateScan? duplicates;

    internal Examination(Module model, DoctorOptions options, Measurements? watched)
    {
        Model = model;
        Options = options;
        Watched = watched;
        Chains = [.. model.NamedChains()];
        Norms = [.. model.NamedModules().Where(static entry => entry.Module is BatchNorm)
            .Select(static entry => (entry.Name, (BatchNorm)entry.Module)).DistinctBy(static entry => entry.Item2)];
        Inside = [.. KeptStatistics.Of(model).Where(static kept => kept.Layer is not BatchNorm)];
        var loader = options.Batches as DataLoader;
        Plan = options.Plan ?? (loader is null ? null : TrainingPlan.Of(loader));
        SampleShape = options.SampleShape ?? loader?.Dataset.SampleShape;
    }

    /// <summary>The network.</summary>
    public Module Model { get; }

    /// <summary>What else is known.</summary>
    public DoctorOptions Options { get; }

    /// <summary>What runs right behind what.</summary>
    public IReadOnlyList<IReadOnlyList<(string Name, Module Module)>> Chains { get; }

    /// <summary>The batch normalizations, each once.</summary>
    public IReadOnlyList<(string Name, BatchNorm Norm)> Norms { get; }

    /// <summary>The batch normalizations that are no modules of their own, but nodes of a graph.</summary>
    public IReadOnlyList<KeptStatistics> Inside { get; }

    /// <summary>How training goes through the data; null where that is not known.</summary>
    public TrainingPlan? Plan { get; }

    /// <summary>The shape of one sample, without a batch axis; null where that is not known.</summary>
    public Shape? SampleShape { get; }

    /// <summary>Whether the network is said to be trained.</summary>
    public bool IsTrained => Options.Trained || Options.ForInference;

    /// <summary>What the doctor's own run measured.</summary>
    internal TrialRun? Measured { get; private set; }

    /// <summary>What the training data show; null where there are none.</summary>
    internal DataVitals? Data => Measured?.Data;

    /// <summary>What the test data show; null where there are none.</summary>
    internal DataVitals? TestData => Measured?.TestData;

    /// <summary>The training samples as their dataset has them; null where that is not known.</summary>
    internal ScannedSamples? TrainingSamples => training ??= ScannedSamples.Of(Options.Batches, Options.Cancellation);

    /// <summary>The test samples as their dataset has them; null where that is not known.</summary>
    internal ScannedSamples? TestSamples => test ??= ScannedSamples.Of(Options.TestBatches, Options.Cancellation);

    /// <summary>The training samples by columns; null where they are no rows of a table.</summary>
    internal ColumnTable? Columns => columns ??= ColumnTable.Of(TrainingSamples);

    /// <summary>Samples that are equal; null where the samples are not known.</summary>
    internal DuplicateScan? Duplicates => TrainingSamples is null ? null : duplicates ??= new DuplicateScan(
        TrainingSamples, TestSamples is { } other && other.Shape == TrainingSamples.Shape ? other : null, Columns);

    /// <summary>The accuracy on the test data and on how many of them; null where it is not known.</summary>
    public (double Accuracy, int Samples)? TestAccuracy => Measured?.TestAccuracy;

    /// <summary>What the learning rate does; null where that could not be tried.</summary>
    internal RangeTest? Range { get; private set; }

    /// <summary>What was seen of a training that was watched.</summary>
    internal Measurements? Watched { get; }

    /// <summary>Every layer's batches: of the training that was watched, or else of the doctor's own run.</summary>
    internal Measurements? Seen => Watched is { IsEmpty: false } ? Watched : Measured?.Training;

    /// <summary>Runs the network on the batches that there are, and the evaluation.</summary>
    internal void Measure()
    {
        if (Options.Batches is not null || Options.Evaluation is not null)
            Measured = TrialRun.Of(this);
        if (Measured is null || Options.Optimizer is null)
            return;
        var fresh = Options.MakeFresh?.Invoke() ?? (IsTrained ? null : Model);
        Range = fresh is null ? null : RangeTest.Of(fresh, Options, Measured.First);
    }

    /// <summary>What comes before a layer in its chain, the nearest first; nothing where it is not in a chain.</summary>
    public IEnumerable<(string Name, Module Module)> Before(Module layer)
    {
        foreach (var chain in Chains)
        {
            for (int i = 0; i < chain.Count; i++)
            {
                if (chain[i].Module == layer)
                    return chain.Take(i).Reverse();
            }
        }

        return [];
    }

    /// <summary>What comes right behind a layer in its chain; null where nothing does.</summary>
    public Module? After(Module layer)
    {
        foreach (var chain in Chains)
        {
            for (int i = 0; i + 1 < chain.Count; i++)
            {
                if (chain[i].Module == layer)
                    return chain[i + 1].Module;
            }
        }

        return null;
    }

    /// <summary>How many values of a channel a sample has where it is normalized; null where that is not known.</summary>
    public int? ValuesPerSample(BatchNorm norm)
    {
        valuesPerSample ??= SampleShape is { } shape ? DryRun(shape) : [];
        return valuesPerSample.TryGetValue(norm, out int values) ? values : norm is BatchNorm1d or MaskedBatchNorm1d ? 1 : null;
    }

    // One sample of zeros in evaluation mode, where nothing moves.
    Dictionary<BatchNorm, int> DryRun(Shape sample)
    {
        var counts = new Dictionary<BatchNorm, int>();
        using var modes = new KeptModes(Model);
        using var off = Tensor.NoGrad();
        using var generator = Generator.UseDefault(new Generator(0));
        using var probe = Probe.Attach(Model).OnBatchNorm(pass => counts[pass.Layer] = pass.Count);
        Model.Eval();
        try
        {
            Model.Forward(Tensor.Zeros(new Shape([1, .. sample.ToArray()])));
        }
        catch (ArgumentException)
        {
            // A layer without running statistics refuses one value: those before it are known.
        }

        return counts;
    }
}
