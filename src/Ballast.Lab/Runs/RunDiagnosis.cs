namespace Ballast.Lab;

/// <summary>Takes runs, settings and state files to the <see cref="Doctor"/>.</summary>
/// <param name="Diagnosis">What it says.</param>
/// <param name="Weights">The file that the state came from; null for a network with fresh weights.</param>
public sealed record RunDiagnosis(Diagnosis Diagnosis, string? Weights)
{
    /// <summary>Examines a run: its settings, its network with its state, and unless <paramref name="batches"/> is 0 a short run on its
    /// training data.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="source">Where the data comes from.</param>
    /// <param name="weights">A safetensors file of the network's state; null for the run's weights, or its checkpoint while
    /// it is not complete.</param>
    /// <param name="data">What to run it on, as in <see cref="RunSettings.Data"/>; null for what it was trained on.</param>
    /// <param name="batches">On how many batches it is run at most.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="ArgumentException">A state of another network, or data of other samples.</exception>
    /// <exception cref="InvalidDataException">A damaged file.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static RunDiagnosis OfRun(
        RunFolder folder, RunData source, string? weights = null, string? data = null, int batches = 50,
        CancellationToken cancellation = default)
    {
        var settings = data is null ? folder.Record.Settings : folder.Record.Settings with { Data = data };
        var samples = folder.Record.TrainedOn;
        var (state, path) = RunNetwork.State(folder, weights);
        var network = RunNetwork.Load(settings, samples, state, path);
        var tuned = RunTuning.Of(settings, network);
        var options = Options(settings, network, samples) with
        {
            Tuning = tuned,
            Trained = true,
            LoadedState = state,
            Cancellation = cancellation,
            // A run's weights are the average, for which SWA measures the statistics and EMA averages them; a checkpoint's are not
            // averaged yet.
            AveragedWeights = path == folder.WeightsPath && settings.Does is ({ EmaDecay: not null } or { SwaFrom: not null }),
            StatisticsRecomputed = path == folder.WeightsPath && settings.Does.SwaFrom is not null,
        };
        if (batches > 0)
        {
            var images = source.Train(settings, cancellation);
            samples.RefuseOther(images, NamedDatasets.Title(settings.Data));
            options = On(images, settings, options, batches) with
            {
                TestBatches = source.Test(settings, cancellation) is { } test
                    ? new DataLoader(test, Math.Min(settings.BatchSize, test.Count), shuffle: true, generator: new Generator(0)) : null,
            };
        }

        return new RunDiagnosis(Doctor.Examine(network, options), path);
    }

    /// <summary>Examines a run on a file likewise.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="task">What it learned.</param>
    /// <param name="weights">A file of the network's state; null for the run's weights, or its checkpoint while it is not complete.</param>
    /// <param name="batches">On how many batches it is run at most.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <inheritdoc cref="OfRun"/>
    public static RunDiagnosis OfFile(
        RunFolder folder, FileTask task, string? weights = null, int batches = 50, CancellationToken cancellation = default)
    {
        var settings = folder.Record.Settings;
        var (state, path) = RunNetwork.State(folder, weights ?? FileRun.MeasuredPath(folder));
        var network = RunNetwork.Load(task, state, path);
        var (trained, held) = (task.Trained, task.Held);
        var options = new DoctorOptions
        {
            Optimizer = RunTraining.Optimizer(settings, network),
            MakeOptimizer = (model, rate) => RunTraining.Optimizer(settings with { LearningRate = rate }, model),
            MakeFresh = () =>
            {
                using var generator = Generator.UseDefault(new Generator(settings.Seed));
                return task.Build();
            },
            SampleShape = trained.SampleShape,
            Trained = true,
            LoadedState = state,
            Cancellation = cancellation,
            Loss = task.Loss ?? RunTraining.Loss(settings.Does, trained.ClassNames.Count) ?? new DoctorOptions().Loss,
            Plan = new TrainingPlan(settings.BatchSize, trained.Count, settings.DropLast, settings.Epochs),
        };
        return new RunDiagnosis(Doctor.Examine(network, batches == 0 ? options : options with
        {
            Batches = new DataLoader(
                trained, settings.BatchSize, shuffle: true, dropLast: settings.DropLast, generator: new Generator(settings.Seed)),
            TestBatches = new DataLoader(held, Math.Min(settings.BatchSize, held.Count), shuffle: true, generator: new Generator(0)),
            MaxBatches = batches,
        }), path);
    }

    /// <summary>Examines what settings would train, before they do.</summary>
    /// <param name="settings">How it is trained.</param>
    /// <param name="data">The images to train on, where they are at hand.</param>
    /// <param name="samples">What they are.</param>
    /// <param name="weights">A safetensors file of the network's state; null for fresh weights.</param>
    /// <param name="batches">On how many batches of the images it is run at most; 0, the default, looks only.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <inheritdoc cref="OfRun"/>
    public static RunDiagnosis OfSettings(
        RunSettings settings, ByteDataset? data, RunSamples samples, string? weights = null, int batches = 0,
        CancellationToken cancellation = default)
    {
        using var generator = Generator.UseDefault(new Generator(settings.Seed));
        var state = weights is null ? null : RunNetwork.Read(weights, settings, samples);
        var network = state is null ? RunNetwork.Build(settings, samples) : RunNetwork.Load(settings, samples, state, weights!);
        var options = Options(settings, network, samples) with
        {
            Trained = state is not null,
            LoadedState = state,
            Cancellation = cancellation,
            Plan = new TrainingPlan(settings.BatchSize, data?.Count, settings.DropLast, settings.Epochs),
        };
        if (data is not null && batches > 0)
            options = On(data, settings, options, batches);
        return new RunDiagnosis(Doctor.Examine(network, options), weights);
    }

    /// <summary>Examines a state alone, of which it is not known what network it belongs to.</summary>
    /// <param name="path">A file of any format that <see cref="StateFile.Load(string)"/> reads.</param>
    /// <exception cref="InvalidDataException">A damaged file, or one without batch normalizations.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static RunDiagnosis OfState(string path)
    {
        var state = StateFile.Load(path);
        if (state.Count == 0)
            throw new InvalidDataException($"{path} holds no values.");
        return new RunDiagnosis(Doctor.Examine(StateNetwork.Of(state), new DoctorOptions { Trained = true, LoadedState = state }), path);
    }

    static DoctorOptions Options(RunSettings settings, Module network, RunSamples samples) => new()
    {
        Optimizer = network.Parameters().Any() ? RunTraining.Optimizer(settings, network) : null,
        MakeOptimizer = (model, rate) => RunTraining.Optimizer(settings with { LearningRate = rate }, model),
        MakeFresh = () =>
        {
            using var generator = Generator.UseDefault(new Generator(settings.Seed));
            var fresh = RunNetwork.Build(settings, samples);
            RunTuning.Of(settings, fresh);
            return fresh;
        },
        SampleShape = samples.ToShape(),
        Plan = new TrainingPlan(settings.BatchSize, null, settings.DropLast, settings.Epochs),
    };

    static DoctorOptions On(ByteDataset images, RunSettings settings, DoctorOptions options, int batches) => options with
    {
        Batches = new DataLoader(
            images, Math.Min(settings.BatchSize, images.Count), shuffle: true, dropLast: settings.DropLast,
            generator: new Generator(settings.Seed), transforms: RunTraining.Transforms(settings)),
        MaxBatches = batches,
        Loss = RunTraining.Loss(settings.Does, images.ClassNames.Count) ?? options.Loss,
        Plan = new TrainingPlan(settings.BatchSize, images.Count, settings.DropLast, settings.Epochs),
    };
}
