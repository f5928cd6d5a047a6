namespace Ballast;

/// <summary>A trained network as a body and a head, for training it on other classes: the head is new, the body keeps what it has learned, is frozen
/// or learns on at a rate of its own, and its batch normalizations do as <see cref="NormalizationMode"/> says.</summary>
/// <remarks>
/// A frozen body is computed in evaluation mode and without gradients while <see cref="Begin"/> is in force, so that what it makes of a sample
/// is the same each time: <see cref="Keep"/> computes it once, and training on that gives the bits that training on the samples gives.
/// </remarks>
public sealed class FineTuning
{
    /// <summary>The most memory that <see cref="Keep"/> takes where nothing else is said, in bytes: 1 GiB.</summary>
    public const long UsualLimit = 1L << 30;

    /// <summary>Takes a network apart.</summary>
    /// <param name="network">The network, whose head is made for the new classes.</param>
    /// <param name="head">The part of it whose result is the network's; the last <see cref="Linear"/> where null.</param>
    /// <exception cref="ArgumentException">The network has no linear layer, or not this head.</exception>
    public FineTuning(Module network, Module? head = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        var found = network.NamedModules().LastOrDefault(entry => head is null ? entry.Module is Linear : entry.Module == head);
        Throw.Unless(found.Module is not null,
            $"FineTuning: {network.Title} has {(head is null ? "no linear layer that could be its head" : $"no part {head}")}. Name a part of it.");
        (HeadName, Head) = (found.Name, found.Module!);
    }

    /// <summary>The network.</summary>
    public Module Network { get; }

    /// <summary>The part that is new: its result is the network's.</summary>
    public Module Head { get; }

    /// <summary>The head's name in the network: <c>fc</c>.</summary>
    public string HeadName { get; }

    /// <summary>Whether the body's parameters are frozen.</summary>
    public bool IsBodyFrozen { get; private set; }

    /// <summary>What batch normalizations do.</summary>
    public NormalizationMode Normalizations { get; private set; } = NormalizationMode.Running;

    /// <summary>Whether the body makes the same of a sample each time: it is frozen, and no statistic in it moves.</summary>
    public bool IsBodyFixed => IsBodyFrozen && (Normalizations != NormalizationMode.Running || !PreciseStatistics.AppliesTo(Network));

    /// <summary>Takes over the body of a trained network of the same structure; the head stays as it is, for it may have other classes.</summary>
    /// <param name="state">The trained network's state.</param>
    /// <exception cref="ArgumentException">A state of another network: the message lists the keys. Nothing has been changed.</exception>
    public void LoadBody(StateDict state)
    {
        ArgumentNullException.ThrowIfNull(state);
        StateDict whole = [];
        var own = Network.StateDict();
        foreach (var (key, entry) in state)
        {
            if (!IsHead(key))
                whole.Add(key, entry);
        }

        foreach (var (key, entry) in own)
        {
            if (IsHead(key))
                whole.Add(key, entry);
        }

        Network.LoadStateDict(whole);
    }

    /// <summary>Freezes the parameters of the body, as optimizers see them. Its batch normalizations are held too where nothing else is asked of
    /// <see cref="Normalize"/>.</summary>
    public void FreezeBody()
    {
        foreach (var (name, parameter) in Network.NamedParameters())
        {
            if (!IsHead(name))
                parameter.Frozen = true;
        }

        IsBodyFrozen = true;
        Normalize(NormalizationMode.Frozen);
    }

    /// <summary>Says what batch normalizations do from now on. A network without running statistics is the same in each mode.</summary>
    /// <param name="mode">What they do.</param>
    /// <param name="data">The new data, in batches drawn at random; for <see cref="NormalizationMode.Adapting"/>, which goes through them once.
    /// Null where the statistics were measured before, and are in the state.</param>
    /// <param name="cancellation">Stops between two batches; nothing has been changed then.</param>
    /// <exception cref="ArgumentException">Normalizations without running statistics, which cannot be held; or data that do not fit.</exception>
    public void Normalize(NormalizationMode mode, DataLoader? data = null, CancellationToken cancellation = default)
    {
        Throw.Unless(Enum.IsDefined(mode), $"FineTuning.Normalize: there is no mode {mode}.");
        Freezing.Unfreeze(Network);
        if (mode == NormalizationMode.Adapting && data is not null && PreciseStatistics.AppliesTo(Network))
            PreciseStatistics.Update(Network, data, StatisticsEstimate.Population, cancellation: cancellation);
        if (mode != NormalizationMode.Running)
            Freezing.Freeze(Network, affine: false);
        Normalizations = mode;
    }

    /// <summary>The parameters that learn, in groups for an optimizer: the head's and the body's, each with a rate of its own.</summary>
    /// <param name="headRate">The learning rate of the head.</param>
    /// <param name="bodyRate">The learning rate of the body, usually less: a tenth.</param>
    /// <exception cref="ArgumentException">A rate that is negative or not finite.</exception>
    public IReadOnlyList<ParameterGroup> Groups(double headRate, double bodyRate) =>
        Groups([new ParameterGroup(Network.Parameters())], headRate, bodyRate);

    /// <summary>Groups of the network's parameters, each divided into the head's and the body's; frozen parameters are left out.</summary>
    /// <param name="groups">Groups with settings of their own, such as those of <see cref="ParameterGroups.Of"/>: a rate of theirs counts in
    /// proportion to <paramref name="headRate"/>.</param>
    /// <param name="headRate">The learning rate of the head.</param>
    /// <param name="bodyRate">The learning rate of the body.</param>
    /// <exception cref="ArgumentException">A rate that is negative or not finite.</exception>
    public IReadOnlyList<ParameterGroup> Groups(IEnumerable<ParameterGroup> groups, double headRate, double bodyRate)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Throw.Unless(double.IsFinite(headRate) && headRate >= 0 && double.IsFinite(bodyRate) && bodyRate >= 0,
            $"FineTuning.Groups: expected learning rates of 0 or more, got {headRate} for the head and {bodyRate} for the body.");
        var head = Head.Parameters().ToHashSet();
        List<ParameterGroup> divided = [];
        foreach (var group in groups)
        {
            double factor = group.LearningRate is { } rate && headRate > 0 ? (float)rate / headRate : 1;
            foreach (bool ofHead in (bool[])[true, false])
            {
                Parameter[] part = [.. group.Parameters.Where(parameter => !parameter.Frozen && head.Contains(parameter) == ofHead)];
                if (part.Length == 0)
                    continue;
                ParameterGroup own = new(part) { LearningRate = (ofHead ? headRate : bodyRate) * factor, WeightDecay = group.WeightDecay };
                foreach (string name in group.Own)
                    own[name] = group[name];
                divided.Add(own);
            }
        }

        return divided;
    }

    /// <summary>What the body makes of a batch, as the head takes it: in evaluation mode and without gradients.</summary>
    /// <param name="inputs">The batch: [N, ...].</param>
    /// <exception cref="ArgumentException">The head's result is not the network's: something follows it.</exception>
    public Tensor Features(Tensor inputs)
    {
        Tensor? given = null, gives = null;
        var (substitute, told) = (Network.Substitute, Head.Forwarded);
        Network.Substitute = null;
        Head.Forwarded = (input, output) =>
        {
            told?.Invoke(input, output);
            (given, gives) = (input.Clone(), output.Clone());
        };
        try
        {
            using var off = Tensor.NoGrad();
            using var evaluation = ModeScope.Evaluate();
            var whole = Network.Forward(inputs);
            Throw.Unless(gives is not null && gives.Shape == whole.Shape && gives.AsSpan().SequenceEqual(whole.AsSpan()),
                $"FineTuning: the network's result is not that of its head {HeadName}, {Head}: "
                    + $"{(gives is null ? "it did not run" : "more follows it")}. "
                    + $"Name the part that gives the result.");
            return given!;
        }
        finally
        {
            (Network.Substitute, Head.Forwarded) = (substitute, told);
        }
    }

    /// <summary>Computes once what the body makes of each sample, and keeps it in memory.</summary>
    /// <param name="data">The samples, without random augmentation.</param>
    /// <param name="batchSize">How many samples are computed at once.</param>
    /// <param name="limit">The most memory that it may take, in bytes.</param>
    /// <param name="onProgress">Called after each batch with how many samples are done.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The features, to train on while <see cref="Begin"/> is in force; null where they would take more memory, or have the samples'
    /// own shape, so that the two could not be told apart.</returns>
    /// <exception cref="InvalidOperationException">The body learns, or its statistics move: it makes something else of a sample each time.
    /// </exception>
    public FeatureDataset? Keep(
        Dataset data, int batchSize = 32, long limit = UsualLimit, Action<int>? onProgress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        Throw.Unless(batchSize > 0, $"FineTuning.Keep: expected batches of 1 sample or more, got {batchSize}.");
        if (!IsBodyFixed)
        {
            Throw.InvalidOperation(
                $"FineTuning.Keep: the body {(IsBodyFrozen ? "has running statistics that move" : "learns")}, so that it makes something else of a "
                    + "sample each time. Freeze it (FreezeBody), or train on the samples themselves.");
        }

        float[][] features = new float[data.Count][];
        Shape shape = default;
        int size = data.SampleShape.Length;
        for (int first = 0; first < data.Count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(batchSize, data.Count - first);
            float[] values = new float[count * size];
            for (int i = 0; i < count; i++)
                data.Read(first + i, values.AsSpan(i * size, size));
            var made = Features(Tensor.From(values, data.SampleShape.Batched(count)));
            shape = new Shape(made.Shape.ToArray().AsSpan(1));
            if ((long)data.Count * shape.Length * sizeof(float) > limit || shape == data.SampleShape)
                return null;
            for (int i = 0; i < count; i++)
                features[first + i] = made.AsSpan().Slice(i * shape.Length, shape.Length).ToArray();
            onProgress?.Invoke(first + count);
        }

        sampleFeatures = shape;
        return new FeatureDataset(data, shape, features);
    }

    /// <summary>Until it is disposed of, a body that is fixed is computed in evaluation mode and without gradients whatever the network's mode
    /// is, and the network takes kept features in the place of samples. A body that learns is computed as ever.</summary>
    public IDisposable Begin()
    {
        var before = Network.Substitute;
        if (IsBodyFixed)
            Network.Substitute = new FixedBody(this);
        return new Scope(() => Network.Substitute = before);
    }

    Shape? sampleFeatures;

    bool IsHead(string key) => HeadName.Length == 0 || key.StartsWith(HeadName + ".", StringComparison.Ordinal);

    /// <summary>Stands in the network's place while its head learns.</summary>
    sealed class FixedBody(FineTuning tuning) : Module
    {
        public override Tensor Forward(Tensor input) => tuning.Head.Forward(
            tuning.sampleFeatures is { } shape && input.Shape == shape.Batched(input.Shape[0]) ? input : tuning.Features(input));
    }

    sealed class Scope(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
