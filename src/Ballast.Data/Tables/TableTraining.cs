namespace Ballast;

/// <summary>How a network learns a table.</summary>
public sealed record TableTraining
{
    const int Few = 10_000;

    /// <summary>For how many epochs the networks that are averaged are trained at least: few rows held out may happen to be told best by a network
    /// that has hardly learned.</summary>
    public const int LeastEpochs = 20;

    /// <summary>The most epochs: 100.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>After how many epochs without a better validation training stops: 16.</summary>
    public int Patience { get; init; } = 16;

    /// <summary>The share of the rows that is held out: 0.2.</summary>
    public double Validation { get; init; } = 0.2;

    /// <summary>How many rows a mini-batch has; null, the default, for a thirtieth of the rows, from 16 to 256.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The step size of AdamW at the beginning; it falls along a cosine: 2e-3.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>How many networks are trained on all rows, for as many epochs as were best for the rows held out (20 at least), and averaged: null,
    /// the default, for four up to 10,000 rows, else none, which leaves the network of the best epoch.</summary>
    public int? Members { get; init; }

    /// <summary>The weight decay: 1e-2.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    /// <summary>The seed of weights, order and the rows that are held out: 42.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The rows of as many that are trained on and those held out, in a random order.</summary>
    /// <exception cref="ArgumentException">A share that leaves too few on one side.</exception>
    public (int[] Train, int[] Held) Split(int count)
    {
        int held = (int)Math.Round(count * Validation);
        if (Validation is not (> 0 and < 1) || held == 0 || count - held < 4)
            throw new ArgumentException(FormattableString.Invariant(
                $"A validation share of {Validation} of {count} rows leaves too few on one side. Choose one between 0 and 1, such as 0.2."));
        int[] order = new Generator(Seed).Permutation(count);
        return (order[..^held], order[^held..]);
    }

    /// <summary>Trains a network on a table.</summary>
    /// <param name="data">The table, whose schema was made of the same <see cref="Split"/>.</param>
    /// <param name="report">Told of each epoch; null for nobody.</param>
    /// <param name="cancellation">Stops between two mini-batches.</param>
    /// <returns>The network, and how good the one of the best epoch was on the rows held out, which it had not seen.</returns>
    /// <exception cref="ArgumentException">A setting out of range.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public TableModel Fit(TableDataset data, Action<TableEpoch>? report = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (Epochs < 1 || Patience < 1 || BatchSize is < 2 || Members < 0)
        {
            throw new ArgumentException("Expected 1 or more epochs and patience, 2 or more rows a batch and 0 or more members, got "
                + $"{Epochs}, {Patience}, {BatchSize} and {Members}.");
        }

        var (train, held) = Split(data.Count);
        using var drawn = Generator.UseDefault(new Generator(Seed));    // of this thread alone
        int width = WidthOf(train.Length);
        var network = new TableNetwork(data.Schema, width);
        var metric = MetricOf(data.Schema.Task);
        var best = (Epoch: 0, State: network.StateDict());
        double sum = 0;
        Learn(data, network, train, Epochs, cancellation, options => options with
        {
            ValidationLoss = LossOf(data.Schema.Task),
            Metrics = [metric],
            Validation = new ValidationOptions(data.Samples(held)) { Patience = Patience },
            OnEpochEnd = line => sum = line.Loss,
            OnValidation = line =>
            {
                if (line.IsBest)
                    best = (line.Epoch, network.StateDict());
                report?.Invoke(new TableEpoch(line.Epoch, sum, line.Result.Loss, line.Result.Metrics[metric.Name], line.IsBest));
            },
        });
        network.LoadStateDict(best.State);
        var model = TableModel.Of(data, network, held, CancellationToken.None);
        int members = Members ?? MembersOf(data.Count);
        if (members == 0)
            return model;

        // Networks of all rows, trained for as long as was best for the rows held out.
        var whole = new TableNetwork(data.Schema, width, members: members);
        foreach (var member in whole.Members)
            Learn(data, member, [.. Enumerable.Range(0, data.Count)], Math.Min(Epochs, Math.Max(best.Epoch, LeastEpochs)), cancellation);
        whole.Eval();
        return model with { Module = whole };
    }

    // The step size falls along a cosine until the last epoch.
    void Learn(TableDataset data, Module network, int[] rows, int epochs, CancellationToken cancellation,
        Func<TrainerOptions, TrainerOptions>? change = null)
    {
        var optimizer = new AdamW(network.Parameters(), LearningRate, weightDecay: WeightDecay);
        int size = Math.Min(BatchSize ?? BatchSizeOf(rows.Length), rows.Length);
        var loader = new DataLoader(data.Samples(rows), size, shuffle: true, dropLast: rows.Length % size == 1);
        var options = new TrainerOptions
        {
            Epochs = epochs,
            LogEvery = loader.Count,
            Loss = LossOf(data.Schema.Task),
            Schedule = new CosineSchedule((long)epochs * loader.Count),
        };
        try
        {
            if (!new Trainer(network, optimizer, loader, change?.Invoke(options) ?? options).Fit(cancellation).Completed)
                throw new OperationCanceledException(cancellation);
        }
        catch (TrainingDivergedException error)
        {
            throw new ArgumentException("The loss is not finite. Choose a smaller learning rate.", error);
        }
    }

    /// <summary>How many rows a mini-batch has where nothing else is said: a thirtieth of those that are trained on, from 16 to 256.</summary>
    public static int BatchSizeOf(int rows) => Math.Clamp(rows / 30, 16, 256);

    /// <summary>How many networks are averaged where nothing else is said: four up to 10,000 rows, those held out among them, else none.</summary>
    public static int MembersOf(int rows) => rows <= Few ? 4 : 0;

    /// <summary>How many features the network has between its layers: 64 up to 10,000 rows that are trained on, else 128. More rows bear a wider
    /// network.</summary>
    public static int WidthOf(int rows) => rows <= Few ? 64 : 128;

    /// <summary>The loss that is trained with: the mean squared error of the standardized number, the cross entropy, or of labels the mean binary
    /// cross entropy.</summary>
    public static Func<Tensor, Tensor, Tensor> LossOf(TableTask task) => task switch
    {
        TableTask.Regression => new MSELoss().Forward,
        TableTask.MultiLabel => new BCEWithLogitsLoss().Forward,
        _ => new CrossEntropyLoss().Forward,
    };

    /// <summary>What is measured besides: R2, the accuracy, or of labels the mean area under the receiver operating characteristic.</summary>
    public static TrainerMetric MetricOf(TableTask task) => task switch
    {
        TableTask.Regression => new R2Score(),
        TableTask.MultiLabel => new AreaUnderRoc(),
        _ => new Accuracy(),
    };
}

/// <summary>How training went in an epoch.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">The mean loss of its mini-batches: the squared error of the standardized target, or the cross entropy.</param>
/// <param name="HeldOutLoss">The loss on the rows held out.</param>
/// <param name="Metric">R2, the accuracy or the area on them.</param>
/// <param name="IsBest">Whether no epoch before was as good.</param>
public readonly record struct TableEpoch(int Epoch, double Loss, double HeldOutLoss, double Metric, bool IsBest);
