using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>A table as what a run learns.</summary>
sealed class LearnedTable : FileTask
{
    readonly TableDataset data;
    readonly int[] trained, held;
    readonly int[] known;       // the rows that a network may learn: all, or those outside of the fold
    readonly int[] tested = [];

    /// <summary>Reads it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="file">How it is read.</param>
    /// <param name="settings">The share that is held out, and the seed that draws it.</param>
    /// <exception cref="ArgumentException">A share that leaves too few on one side.</exception>
    /// <exception cref="InvalidDataException">A table that cannot be read or used.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public LearnedTable(string path, FileSettings file, RunSettings settings)
    {
        var split = new TableTraining { Seed = settings.Seed, Validation = settings.Does.Validation };
        // What a group is called tells nothing of the groups to come.
        string[] ignored = [.. (file.Ignore ?? []).Union(file.Group is null ? [] : [file.Group])];
        var options = new TableOptions { Task = ReadTask(file.Task), Ignore = ignored };
        var (kind, column) = file.Stratified == true ? (TableHoldOut.Stratified, null)
            : file.Group is not null ? (TableHoldOut.Groups, file.Group)
            : file.Time is not null ? (TableHoldOut.Last, file.Time) : (TableHoldOut.Random, (string?)null);
        (int[] Train, int[] Held)? parts = null;
        if (file.Fold is { } number)
        {
            var fold = TableFolds.Of(path, file.Targets, kind, column, file.Folds!.Value, settings.Does.Validation, settings.Seed)[number - 1];
            (parts, tested) = (([.. fold.Train], [.. fold.Held]), [.. fold.Test]);
        }
        else if (kind != TableHoldOut.Random)
        {
            parts = TableSplit.Of(path, file.Targets, kind, column, settings.Does.Validation, settings.Seed);
        }

        data = TableDataset.Open(path, file.Targets, options, count => parts?.Train ?? split.Split(count).Train);
        (trained, held) = parts ?? split.Split(data.Count);
        known = [.. trained.Union(held).Order()];
        (Trained, Held, Files) = (data.Samples(trained), data.Samples(held), [FileTasks.Describe(path)]);
    }

    public override string Samples => "rows";

    public override Dataset Trained { get; }

    public override Dataset Held { get; }

    public override IReadOnlyList<DataFile> Files { get; }

    public override int BatchSize => TableTraining.BatchSizeOf(Trained.Count);

    public override Func<Tensor, Tensor, Tensor>? Loss =>
        data.Schema.Task == TableTask.Classification ? null : TableTraining.LossOf(data.Schema.Task);

    public override IReadOnlyList<TrainerMetric> MakeMetrics() => [TableTraining.MetricOf(data.Schema.Task)];

    public override Module Build() => new TableNetwork(data.Schema, TableTraining.WidthOf(Trained.Count));

    public override Module Build(StateDict state) => TableNetwork.From(data.Schema, state);

    public override AveragedNetworks? Averaged => new(TableTraining.MembersOf(known.Length), known.Length, TableTraining.LeastEpochs,
        () => data.Samples(known),
        static networks => TableNetwork.Average([.. networks.Cast<TableNetwork>()]));

    public override IReadOnlyDictionary<string, string> Metadata => TableModel.MetadataOf(data.Schema);

    /// <summary>What is predicted, as <c>--task</c> has it; null where it is not given.</summary>
    /// <exception cref="ArgumentException">Another word.</exception>
    public static TableTask? ReadTask(string? text) => text?.ToUpperInvariant() switch
    {
        null => null,
        "REGRESSION" => TableTask.Regression,
        "CLASSIFICATION" => TableTask.Classification,
        "MULTI-LABEL" => TableTask.MultiLabel,
        _ => throw new ArgumentException($"--task: expected regression, classification or multi-label, got \"{text}\"."),
    };

    public override IEnumerable<string> Describe()
    {
        var schema = data.Schema;
        string what = schema.Task switch
        {
            TableTask.Regression => "a number",
            TableTask.MultiLabel => schema.Outputs == 1 ? "yes or no" : $"{schema.Outputs} labels, each yes or no",
            _ => $"one of {schema.Outputs} classes",
        };
        yield return $"{data.Count} rows, to predict {schema.Target.Name}, {what}, from {schema.Columns.Count} columns:";
        foreach (var kind in Enum.GetValues<ColumnKind>())
        {
            string[] names = [.. schema.Columns.Where(column => column.Kind == kind).Select(static column => column.Name)];
            if (names.Length > 0)
            {
                string more = names.Length > 20 ? $" and {names.Length - 20} more" : "";
                yield return $"  {Plural(kind)}: {string.Join(", ", names.Take(20))}{more}";
            }
        }

        string[] missing = [.. schema.Columns.Where(static column => column.HasMissing).Select(static column => column.Name)];
        if (missing.Length > 0)
            yield return $"  with missing values, which are learned as such: {string.Join(", ", missing)}";
        foreach (var (name, reason) in schema.Ignored)
            yield return $"  left out: {name}, {reason}";
        if (schema.Task == TableTask.Classification)
        {
            // By chance, or because groups are held out whole.
            if (Lacking(trained) is { Length: > 0 } unseen)
                yield return $"  no row is trained on of: {string.Join(", ", unseen)}; the network cannot know them";
            if (Lacking(held) is { Length: > 0 } untested)
                yield return $"  no row is held out of: {string.Join(", ", untested)}";
        }

        if (data.WithoutTarget > 0)
            yield return $"  {data.WithoutTarget} rows without a {schema.Target.Name} are left out";
    }

    string[] Lacking(int[] rows)
    {
        var there = rows.Select(row => (int)data.Target(row)).ToHashSet();
        return [.. data.Schema.ClassNames.Where((_, label) => !there.Contains(label)).Take(20)];
    }

    static string Plural(ColumnKind kind) => kind switch
    {
        ColumnKind.Number => "numbers",
        ColumnKind.Category => "categories",
        _ => "dates",
    };

    public override FileResult Look(Module network, CancellationToken cancellation) => Look(network, held, cancellation);

    public override FileResult? Test(Module network, CancellationToken cancellation) =>
        tested.Length == 0 ? null : Look(network, tested, cancellation);

    FileResult Look(Module network, int[] rows, CancellationToken cancellation)
    {
        var samples = data.Samples(rows);
        var model = TableModel.Of(data, (TableNetwork)network, rows, cancellation);
        var outputs = Prediction.Outputs(network, samples, 1024, cancellation)[0];
        return new FileResult(Evaluation.Run(network, samples, Evaluated, cancellation), model.Metadata)
        {
            Findings = (data.Schema.Task switch
            {
                TableTask.Regression => Numbers(rows, outputs.ToArray(), model),
                TableTask.MultiLabel => Labels(rows, outputs.Sigmoid().ToArray()),
                _ => Classes(rows, outputs.Softmax().ToArray()),
            }) with
            {
                Importance = [.. TableImportance.Of(network, data, rows, cancellation: cancellation)
                    .Select(static column => new ColumnImportance(column.Column, column.Drop, column.Spread))],
            },
        };
    }

    RunFindings Numbers(int[] rows, float[] outputs, TableModel model)
    {
        var target = data.Schema.Target;
        double[] Scaled(IEnumerable<float> values) => [.. values.Select(value => value * target.Std + target.Mean)];
        return new RunFindings
        {
            Numbers = new NumberFindings(target.Name, Scaled(rows.Select(data.Target)), Scaled(outputs)) { Interval = model.Interval },
        };
    }

    RunFindings Labels(int[] rows, float[] probabilities)
    {
        if (!probabilities.All(float.IsFinite))
            return new RunFindings();
        int count = data.Schema.Outputs;
        return new RunFindings
        {
            Labels = [.. data.Schema.Targets.Select((name, label) => new LabelFindings(name, new ClassFindings(["no", "yes"],
                [.. rows.Select(row => data.HasLabel(row, label) ? 1 : 0)],
                [.. rows.SelectMany((_, i) => new[] { 1 - probabilities[i * count + label], probabilities[i * count + label] })])))],
        };
    }

    RunFindings Classes(int[] rows, float[] probabilities)
    {
        if (!probabilities.All(float.IsFinite))
            return new RunFindings();
        var classes = new ClassFindings(data.Schema.Target.Categories, [.. rows.Select(row => (int)data.Target(row))], probabilities);
        return new RunFindings
        {
            Classes = classes,
            Mistakes = [.. classes.Wrong().Take(12).Select(i => new Mistake($"{data.FileRow(rows[i])}", classes.Names[classes.Label(i)],
                classes.Names[classes.Predicted(i)], classes.Of(i, classes.Predicted(i))))],
        };
    }
}
