using System.Collections.Immutable;
using System.Globalization;

namespace Ballast;

/// <summary>Everything that training needs to go on as if it had never stopped: weights, the optimizer's state, the random
/// generators, and the position in the data. One safetensors file, written whole or not at all.</summary>
public sealed class Checkpoint
{
    const string Format = StateFile.CheckpointFormat;
    const string ModelPrefix = "model.";
    const string OptimizerPrefix = "optimizer.";
    const string AveragePrefix = "average.";
    const string SchedulePrefix = "learning_rate_schedule.";
    const string ModelGeneratorPrefix = "generator.model.";
    const string MoreOptimizersPrefix = "more_optimizers.";
    const string LinePartPrefix = "line_part.";
    const string EpochPartPrefix = "epoch_part.";
    const string LineMetricPrefix = "line_metric.";
    const string EpochMetricPrefix = "epoch_metric.";
    const string CallbackPrefix = "callback.";

    /// <summary>The network's state.</summary>
    public required StateDict Model { get; init; }

    /// <summary>The optimizer's state.</summary>
    public required StateDict Optimizer { get; init; }

    /// <summary>The states of the optimizers besides that one, by their names.</summary>
    public IReadOnlyDictionary<string, StateDict> MoreOptimizers { get; init; } = new Dictionary<string, StateDict>();

    /// <summary>How many epochs are over.</summary>
    public required int Epoch { get; init; }

    /// <summary>How many mini-batches of the epoch after those are done.</summary>
    public required int Batch { get; init; }

    /// <summary>How many mini-batches are done in all.</summary>
    public required long Step { get; init; }

    /// <summary>The sum of the losses since the last line of the log.</summary>
    public required double LossSum { get; init; }

    /// <summary>How many samples were classified right since the last line of the log.</summary>
    public required long Correct { get; init; }

    /// <summary>How many samples there were since the last line of the log.</summary>
    public required long Samples { get; init; }

    /// <summary>The state of <see cref="Generator.Default"/>.</summary>
    public required byte[] DefaultGenerator { get; init; }

    /// <summary>The state of the loader's generator as the epoch in progress found it.</summary>
    public required byte[] EpochGenerator { get; init; }

    /// <summary>The state of the loader's generator now.</summary>
    public required byte[] LoaderGenerator { get; init; }

    /// <summary>The states of the network's own generators, by their dotted names: <c>layers.3.generator</c>.</summary>
    public IReadOnlyDictionary<string, byte[]> ModelGenerators { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>The average of the weights, where one is kept.</summary>
    public StateDict? Average { get; init; }

    /// <summary>What the schedule of the learning rate remembers, where it remembers something.</summary>
    public IReadOnlyDictionary<string, double> Schedule { get; init; } = new Dictionary<string, double>();

    /// <summary>The best validation so far; not a number where there was none.</summary>
    public double BestValidation { get; init; } = double.NaN;

    /// <summary>How many epochs in a row have not been better.</summary>
    public int EpochsWithoutBetter { get; init; }

    /// <summary>The sums over the epoch in progress.</summary>
    internal EpochSums Sums { get; init; }

    /// <summary>The sums of the parts of losses since the last line of the log, and over the epoch in progress.</summary>
    internal IReadOnlyDictionary<string, double> LineParts { get; init; } = new Dictionary<string, double>();

    internal IReadOnlyDictionary<string, double> EpochParts { get; init; } = new Dictionary<string, double>();

    /// <summary>What metrics remember since the last line of the log, and over the epoch in progress.</summary>
    internal IReadOnlyDictionary<string, byte[]> LineMetrics { get; init; } = new Dictionary<string, byte[]>();

    internal IReadOnlyDictionary<string, byte[]> EpochMetrics { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>What callbacks remember, by their place.</summary>
    internal IReadOnlyDictionary<int, IReadOnlyDictionary<string, double>> Callbacks { get; init; } =
        new Dictionary<int, IReadOnlyDictionary<string, double>>();

    /// <summary>What else the caller keeps.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Writes the checkpoint.</summary>
    /// <exception cref="IOException">The file cannot be written; what was there before is still there.</exception>
    public void Save(string path)
    {
        // A caller may hand on what an earlier checkpoint had: what is written under these names is this one's alone.
        string[] own = [SchedulePrefix, LinePartPrefix, EpochPartPrefix, CallbackPrefix];
        var metadata = new Dictionary<string, string>(
            Metadata.Where(entry => !own.Any(prefix => entry.Key.StartsWith(prefix, StringComparison.Ordinal))))
        {
            ["format"] = Format,
            ["epoch"] = Text(Epoch),
            ["batch"] = Text(Batch),
            ["step"] = Text(Step),
            ["loss_sum"] = LossSum.ToString("R", CultureInfo.InvariantCulture),
            ["correct"] = Text(Correct),
            ["samples"] = Text(Samples),
            ["epoch_loss_sum"] = Sums.Loss.ToString("R", CultureInfo.InvariantCulture),
            ["epoch_correct"] = Text(Sums.Correct),
            ["epoch_samples"] = Text(Sums.Samples),
            ["epoch_batches"] = Text(Sums.Batches),
            ["best_validation"] = BestValidation.ToString("R", CultureInfo.InvariantCulture),
            ["epochs_without_better"] = Text(EpochsWithoutBetter),
        };
        Put(SchedulePrefix, Schedule);
        Put(LinePartPrefix, LineParts);
        Put(EpochPartPrefix, EpochParts);
        foreach (var (place, remembered) in Callbacks)
            Put($"{CallbackPrefix}{Text(place)}.", remembered);
        StoredTensor[] generators =
        [
            Bytes("generator.default", DefaultGenerator),
            Bytes("generator.epoch", EpochGenerator),
            Bytes("generator.loader", LoaderGenerator),
            .. ModelGenerators.Select(static entry => Bytes(ModelGeneratorPrefix + entry.Key, entry.Value)),
            .. LineMetrics.Select(static entry => Bytes(LineMetricPrefix + entry.Key, entry.Value)),
            .. EpochMetrics.Select(static entry => Bytes(EpochMetricPrefix + entry.Key, entry.Value)),
        ];
        SafetensorsFile.Save(
            path, [.. Entries(ModelPrefix, Model), .. Entries(OptimizerPrefix, Optimizer),
                .. MoreOptimizers.SelectMany(static entry => Entries($"{MoreOptimizersPrefix}{entry.Key}.", entry.Value)),
                .. Entries(AveragePrefix, Average ?? []), .. generators], metadata);

        void Put(string prefix, IReadOnlyDictionary<string, double> numbers)
        {
            foreach (var (name, value) in numbers)
                metadata[prefix + name] = value.ToString("R", CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="InvalidDataException">Not a checkpoint of this version, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Checkpoint Load(string path)
    {
        var file = SafetensorsFile.Load(path);
        if (file.Metadata.GetValueOrDefault("format") != Format)
        {
            Throw.InvalidData(
                $"{path}: expected a checkpoint of the format {Format}, got {file.Metadata.GetValueOrDefault("format") ?? "none"}. " +
                "Weights alone cannot be resumed from.");
        }

        StateDict model = new(), optimizer = new(), average = new();
        var more = new Dictionary<string, StateDict>();
        var generators = new Dictionary<string, byte[]>();
        foreach (var entry in file.Entries)
        {
            if (entry.Name.StartsWith(ModelPrefix, StringComparison.Ordinal))
                model.Add(entry.Name[ModelPrefix.Length..], StateFile.Unpack(entry, path));
            else if (entry.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal))
                optimizer.Add(entry.Name[OptimizerPrefix.Length..], StateFile.Unpack(entry, path));
            else if (entry.Name.StartsWith(AveragePrefix, StringComparison.Ordinal))
                average.Add(entry.Name[AveragePrefix.Length..], StateFile.Unpack(entry, path));
            else if (entry.Name.StartsWith(MoreOptimizersPrefix, StringComparison.Ordinal))
                AddTo(more, entry, path);
            else
                generators[entry.Name] = entry.Data.ToArray();
        }

        return new Checkpoint
        {
            Model = model,
            Optimizer = optimizer,
            Epoch = (int)Number("epoch", int.MaxValue),
            Batch = (int)Number("batch", int.MaxValue),
            Step = Number("step"),
            LossSum = NumberText.TryReadBack(file.Metadata.GetValueOrDefault("loss_sum"), out double sum)
                ? sum : Missing<double>("loss_sum"),
            Correct = Number("correct"),
            Samples = Number("samples"),
            DefaultGenerator = generators.GetValueOrDefault("generator.default") ?? Missing<byte[]>("generator.default"),
            EpochGenerator = generators.GetValueOrDefault("generator.epoch") ?? Missing<byte[]>("generator.epoch"),
            LoaderGenerator = generators.GetValueOrDefault("generator.loader") ?? Missing<byte[]>("generator.loader"),
            ModelGenerators = Behind(generators, ModelGeneratorPrefix),
            MoreOptimizers = more,
            LineMetrics = Behind(generators, LineMetricPrefix),
            EpochMetrics = Behind(generators, EpochMetricPrefix),
            LineParts = Numbers(LinePartPrefix),
            EpochParts = Numbers(EpochPartPrefix),
            Callbacks = ReadCallbacks(),
            Average = average.Count > 0 ? average : null,
            Schedule = Numbers(SchedulePrefix),
            // Checkpoints of before these were kept have none: unknown in the middle of an epoch.
            Sums = !file.Metadata.TryGetValue("epoch_loss_sum", out string? losses)
                ? new EpochSums(Number("batch") > 0 ? double.NaN : 0, 0, 0, 0)
                : new EpochSums(
                    NumberText.TryReadBack(losses, out double epochSum) ? epochSum : Missing<double>("epoch_loss_sum"),
                    Number("epoch_correct"), Number("epoch_samples"), Number("epoch_batches")),
            // Checkpoints of before there was validation have neither.
            BestValidation = file.Metadata.TryGetValue("best_validation", out string? best)
                ? NumberText.TryReadBack(best, out double value) ? value : Missing<double>("best_validation")
                : double.NaN,
            EpochsWithoutBetter = file.Metadata.ContainsKey("epochs_without_better") ? (int)Number("epochs_without_better", int.MaxValue) : 0,
            Metadata = file.Metadata,
        };

        long Number(string key, long highest = long.MaxValue) =>
            NumberText.TryRead(file.Metadata.GetValueOrDefault(key), out long value) && value >= 0 && value <= highest
                ? value : Missing<long>(key);

        Dictionary<string, double> Numbers(string prefix) => file.Metadata
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..],
                entry => NumberText.TryReadBack(entry.Value, out double value) ? value : Missing<double>(entry.Key));

        Dictionary<int, IReadOnlyDictionary<string, double>> ReadCallbacks() => Numbers(CallbackPrefix)
            .GroupBy(entry => NumberText.TryRead(entry.Key.Split('.')[0], out long place) ? (int)place : Missing<int>(CallbackPrefix + entry.Key))
            .ToDictionary(static group => group.Key, static group => (IReadOnlyDictionary<string, double>)group.ToDictionary(
                static entry => entry.Key[(entry.Key.IndexOf('.', StringComparison.Ordinal) + 1)..], static entry => entry.Value));

        T Missing<T>(string key)
        {
            Throw.InvalidData($"{path}: the checkpoint has no usable entry {key}. It is damaged or of another version.");
            return default!;
        }
    }

    static Dictionary<string, byte[]> Behind(Dictionary<string, byte[]> entries, string prefix) => entries
        .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], static entry => entry.Value);

    static void AddTo(Dictionary<string, StateDict> states, StoredTensor entry, string path)
    {
        string name = entry.Name[MoreOptimizersPrefix.Length..], own = name.Split('.')[0];
        if (!states.TryGetValue(own, out var state))
            states[own] = state = [];
        state.Add(name[Math.Min(name.Length, own.Length + 1)..], StateFile.Unpack(entry, path));
    }

    static IEnumerable<StoredTensor> Entries(string prefix, StateDict state) =>
        state.Select(entry => StateFile.Pack(prefix + entry.Key, entry.Value));

    static StoredTensor Bytes(string name, byte[] bytes) =>
        new(name, StoredType.U8, ImmutableArray.Create((long)bytes.Length), bytes);

    static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
