using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Forty faults as people plant them, in networks of linear and of convolutional layers. Each has the check that is to name it,
/// where it is in a layer which, and the same situation after the printed remedy.</summary>
static class PlantedFaults
{
    public static IReadOnlyDictionary<string, PlantedFault> All { get; } = Linear().Concat(Convolutional()).ToDictionary(static fault => fault.Name);

    static Situation On(Module net, DataLoader? loader = null, Dataset? test = null, float rate = 0.05f, Func<DoctorOptions, DoctorOptions>? known = null)
    {
        var options = new DoctorOptions { Batches = loader ?? Patient.Loader(), Trained = true, Optimizer = new SGD(net.Parameters(), rate) };
        return new Situation(net, known?.Invoke(options) ?? options, test ?? Patient.Data(seed: 8));
    }

    static Situation OnPictures(Module net, DataLoader? loader = null, Dataset? test = null, Func<DoctorOptions, DoctorOptions>? known = null) =>
        On(net, loader ?? Pictures.Loader(), test ?? Pictures.Data(seed: 9), known: known);

    static Situation Fresh(Module net, float rate, DataLoader? loader = null, Dataset? test = null) => On(net, loader, test, rate, options => options with
    {
        Trained = false,
        Plan = new TrainingPlan(16, 640, Epochs: 5),
    });

    // A network of some linear layers and what is between them.
    static Sequential Chain(int layers, Func<Module> between, float scale = 1, bool normalized = false)
    {
        List<Module> parts = [];
        for (int i = 0; i < layers; i++)
        {
            var linear = new Linear(i == 0 ? Patient.Features : 16, i == layers - 1 ? 3 : 16, bias: !normalized || i == layers - 1, generator: new Generator(i + 1));
            Scale(linear, scale);
            parts.Add(linear);
            if (i == layers - 1)
                break;
            if (normalized)
                parts.Add(new BatchNorm1d(16));
            parts.Add(between());
        }

        return new Sequential([.. parts]);
    }

    static void Scale(Module module, float factor)
    {
        foreach (var parameter in module.Parameters().Where(static parameter => parameter.Shape.Rank > 1))
            parameter.CopyFrom(Array.ConvertAll(parameter.ToArray(), value => value * factor));
    }

    static ArrayDataset Relabelled(ArrayDataset data, Func<int, int, int> label)
    {
        float[] values = [.. Enumerable.Range(0, data.Count).SelectMany(i => Values(data, i))];
        return new ArrayDataset(values, [.. Enumerable.Range(0, data.Count).Select(i => label(i, data.Label(i)))], data.SampleShape);
    }

    static float[] Values(Dataset data, int index)
    {
        float[] values = new float[data.SampleShape.Length];
        data.Read(index, values);
        return values;
    }

    static Sequential Mlp(params Module[] between) => new([
        new Linear(12, 8, bias: false, generator: new Generator(1)), .. between, new Linear(8, 3, generator: new Generator(2))]);

    static IEnumerable<PlantedFault> Linear()
    {
        yield return new("bias before batch normalization", "redundant-bias", "0", static mended => On(Patient.Trained(new Sequential(
            new Linear(12, 8, bias: !mended, generator: new Generator(1)), new BatchNorm1d(8), new ReLU(), new Linear(8, 3, generator: new Generator(2))))));
        yield return new("momentum the wrong way round", "reversed-momentum", "1", static mended => On(
            Patient.Trained(Patient.Net(momentum: mended ? 0.01 : 0.99), steps: 600, learningRate: 0.1f)));
        yield return new("a last batch of one", "last-batch", "1", static mended => On(Patient.Trained(Patient.Net()),
            known: options => options with { Plan = new TrainingPlan(16, 641, DropLast: mended) }));
        yield return new("dropout before batch normalization", "dropout-before-norm", "2", static mended => On(Patient.Trained(mended
            ? Mlp(new BatchNorm1d(8), new ReLU(), new Dropout(0.5)) : Patient.Net(between: new Dropout(0.5)))));
        yield return new("batch normalization twice in a row", "norm-after-norm", "2", static mended => On(Patient.Trained(mended
            ? Patient.Net() : Patient.Net(between: new BatchNorm1d(8)))));
        yield return new("layer normalization right behind batch normalization", "norm-after-norm", "2", static mended => On(Patient.Trained(
            mended ? Mlp(new BatchNorm1d(8), new ReLU()) : Mlp(new BatchNorm1d(8), new LayerNorm([8]), new ReLU()), steps: 400)));
        yield return new("batch normalization behind the last layer", "norm-after-last-layer", "4", static mended => On(Patient.Trained(new Sequential(
            [.. Parts(Patient.Net()), .. mended ? (Module[])[] : [new BatchNorm1d(3)]]), steps: 400)));
        yield return new("one batch normalization in two places", "shared-layer", "4", static mended =>
        {
            var norm = new BatchNorm1d(8);
            return On(Patient.Trained(Mlp(norm, new ReLU(), new Linear(8, 8, bias: false, generator: new Generator(3)), mended ? new BatchNorm1d(8) : norm, new ReLU())));
        }
        );
        yield return new("labels that were shuffled", "suspicious-labels", null, static mended =>
        {
            int[] order = new Generator(4).Permutation(640);
            var loader = Patient.Loader(Relabelled(Patient.Data(), (i, label) => mended ? label : order[i] * 7 % 3));
            var test = Relabelled(Patient.Data(seed: 8), (i, label) => mended ? label : order[i] * 7 % 3);
            return On(Patient.Trained(Patient.Net(), loader), loader, test, known: options => options with { TestBatches = Patient.Loader(test) });
        }
        , 0.3);
        yield return new("labels wrong here and there", "suspicious-labels", null, static mended => On(
            Patient.Trained(Patient.Net(), steps: 600, learningRate: 0.2f),
            Patient.Loader(Relabelled(Patient.Data(), (i, label) => i % 9 == 0 && !mended ? (label + 1) % 3 : label))));
        yield return new("data in the order of the classes", "data-in-order", null, static mended =>
        {
            var loader = Patient.Loader(Sorted(), shuffle: mended);
            return On(Patient.Trained(Patient.Net(), loader), loader);
        }
        , 0.05);
        yield return new("data in the order of the classes, watched", "data-in-order", null, static mended =>
        {
            var net = Patient.Net();
            using var watch = Doctor.Watch(net);
            Patient.Trained(net, Patient.Loader(Sorted(), shuffle: mended), steps: 160, learningRate: 0.1f);
            return On(net) with { Watched = watch.Examine() };
        }
        , 0.05);
        yield return new("inputs from 0 to 255", "input-scale", null, static mended =>
        {
            float Scaled(int sample, int feature, float value) => mended ? (value - 0.67f) / 1.37f : 50 * (value + 3);
            var loader = Patient.Loader(Patient.Data(change: Scaled));
            return On(Patient.Trained(Chain(3, static () => new ReLU()), loader, learningRate: 0.05f), loader, Patient.Data(seed: 8, change: Scaled));
        }
        , 0.2);
        yield return new("inputs of thousandths", "input-scale", null, static mended =>
        {
            float Scaled(int sample, int feature, float value) => mended ? (value - 0.67f) / 1.37f : 0.002f * value;
            var loader = Patient.Loader(Patient.Data(change: Scaled));
            return On(Patient.Trained(Chain(3, static () => new ReLU()), loader, learningRate: 0.05f), loader, Patient.Data(seed: 8, change: Scaled));
        }
        , 0.2);
        yield return new("a learning rate too high", "learning-rate", null, static mended => Fresh(Chain(3, static () => new ReLU()), mended ? 2 / 4f : 20), 0.3);
        yield return new("a learning rate too low", "learning-rate", null, static mended => Fresh(Chain(3, static () => new ReLU()), mended ? 0.01f : 1e-6f), 0.1);
        yield return new("a learning rate too high with sigmoids", "learning-rate", null, static mended => Fresh(Chain(3, static () => new Sigmoid()), mended ? 3 : 300), 0.2);
        yield return new("dead units", "dead-units", "1", static mended =>
        {
            var net = Chain(3, static () => new ReLU());
            Patient.Set(net, "0.bias", (_, _) => mended ? 0 : -100);
            return On(Patient.Trained(net, learningRate: 0.05f));
        }
        , 0.3);
        yield return new("a network that died of its learning rate", "dead-units", null, static mended => On(
            Patient.Trained(Chain(4, static () => new ReLU()), learningRate: mended ? 0.1f : 8)), 0.3);
        yield return new("saturated sigmoids", "saturated-units", "1", static mended => On(Patient.Trained(
            Chain(3, static () => new Sigmoid(), 100, normalized: mended), steps: 160, learningRate: 0.05f)), 0.03);
        yield return new("saturated tanhs", "saturated-units", "1", static mended => On(Patient.Trained(Chain(3, static () => new Tanh(), mended ? 1 : 50), steps: 160)), 0.03);
        yield return new("gradients that vanish through sigmoids", "gradient-scale", "0", static mended => On(Patient.Trained(
            Chain(7, static () => new Sigmoid(), normalized: mended), steps: 160, learningRate: 0.05f)), 0.3);
        yield return new("gradients that explode", "gradient-scale", "0", static mended => On(
            Patient.Trained(Chain(7, static () => new ReLU(), mended ? 2.4f : 30), learningRate: mended ? 0.05f : 1e-20f)), 0.2);
        yield return new("classes out of balance", "class-imbalance", null, static mended =>
        {
            var data = Patient.Data();
            int[] few = [.. Enumerable.Range(0, data.Count).Where(i => data.Label(i) != 2 || i % 20 == 0)];
            int[] often = [.. few.SelectMany(i => Enumerable.Repeat(i, data.Label(i) == 2 ? 20 : 1))];
            var loader = Patient.Loader(data.Subset(mended ? often : few));
            return On(Patient.Trained(Patient.Net(), loader), loader);
        }
        , 0.05);
        yield return new("outputs for classes that do not exist", "surplus-outputs", "3", static mended => On(Patient.Trained(new Sequential(
            new Linear(12, 8, bias: false, generator: new Generator(1)), new BatchNorm1d(8), new ReLU(), new Linear(8, mended ? 3 : 10, generator: new Generator(2))))));
        yield return new("test data with an offset", "test-unlike-training", null, static mended =>
        {
            var test = Patient.Data(seed: 8, change: (_, i, value) => mended ? value : value + 2 * (i % 3));
            return On(Patient.Trained(Patient.Net()), test: test, known: options => options with { TestBatches = Patient.Loader(test) });
        }
        , 0.1);
        yield return new("a weight that is no number", "non-finite", null, static mended =>
        {
            var net = Patient.Trained(Patient.Net());
            if (!mended) // the remedy: weights from before that
                Patient.Set(net, "0.weight", static (i, value) => i == 3 ? float.NaN : value);
            return On(net);
        }
        , 0.3);
        yield return new("running statistics of other data", "eval-gap", "1", static mended =>
        {
            var net = Patient.Trained(Patient.Net(), steps: 300, learningRate: 0.1f);
            Patient.Set(net, "1.running_mean", static (_, value) => value + 8);
            if (mended)
                PreciseStatistics.Update(net, Patient.Loader());
            return On(net);
        }
        , 0.2);
        yield return new("running statistics that have not settled", "unconverged-statistics", "1", static mended =>
        {
            var net = Patient.Trained(Patient.Net(momentum: 0.001));
            if (mended)
                PreciseStatistics.Update(net, Patient.Loader());
            return On(net, known: options => options with { StatisticsRecomputed = mended });
        }
        );
        yield return new("channels that gamma has closed", "dead-channels", "1", static mended =>
        {
            var net = Patient.Trained(Patient.Net(), steps: 200, learningRate: mended ? 0.05f : 0);
            if (!mended)
                Patient.Set(net, "1.weight", static (i, value) => i < 3 ? 0 : value);
            return On(net);
        }
        , 0.1);
        yield return new("weight decay of gamma", "decayed-norm", null, static mended =>
        {
            var net = Patient.Trained(Patient.Net());
            var decayed = net.Parameters().Where(static parameter => parameter.Shape.Rank > 1);
            var others = net.Parameters().Where(static parameter => parameter.Shape.Rank == 1);
            var optimizer = mended
                ? new SGD([new ParameterGroup([.. decayed]) { WeightDecay = 0.01f }, new ParameterGroup([.. others]) { WeightDecay = 0 }], 0.1f)
                : new SGD(net.Parameters(), 0.1f, weightDecay: 0.01f);
            return On(net, known: options => options with { Optimizer = optimizer, Plan = new TrainingPlan(16, 640, Epochs: 50) });
        }
        );
        yield return new("a network that is not in evaluation mode when it serves", "training-mode", null, static mended =>
        {
            var net = Patient.Trained(Patient.Net());
            net.Train(!mended);
            return On(net, known: static options => options with { ForInference = true });
        }
        );
    }

    static IEnumerable<PlantedFault> Convolutional()
    {
        yield return new("pictures from 0 to 255", "input-scale", null, static mended =>
        {
            float Scaled(int sample, int pixel, float value) => mended ? value : 255 * value;
            var loader = Pictures.Loader(Pictures.Data(change: Scaled));
            return OnPictures(Pictures.Trained(Pictures.Plain(), loader), loader, Pictures.Data(seed: 9, change: Scaled));
        }
        , 0.3);
        yield return new("pictures in the order of the classes", "data-in-order", null, static mended =>
        {
            var loader = Pictures.Loader(Pictures.Data(sorted: true), shuffle: mended);
            return OnPictures(Pictures.Trained(Pictures.Net(), loader, steps: 30), loader); // one epoch: they are easy
        }
        , 0.1);
        yield return new("blurred test pictures", "test-unlike-training", null, static mended => Tested(mended ? Pictures.Data(seed: 9) : Blurred()));
        yield return new("pale test pictures", "test-unlike-training", null, static mended => Tested(
            Pictures.Data(seed: 9, change: (_, _, value) => mended ? value : 0.4f + 0.3f * (value - 0.4f))));
        yield return new("dead convolutions", "dead-units", "1", static mended =>
        {
            var net = Pictures.Plain();
            Patient.Set(net, "0.bias", (_, _) => mended ? 0 : -50);
            return OnPictures(Pictures.Trained(net));
        }
        , 0.3);
        yield return new("a learning rate too high for convolutions", "learning-rate", null, static mended => Fresh(
            Pictures.Plain(), mended ? 0.3f : 30, Pictures.Loader(), Pictures.Data(seed: 9)), 0.3);
        yield return new("shuffled labels of pictures", "suspicious-labels", null, static mended =>
        {
            int[] order = new Generator(4).Permutation(480);
            var loader = Pictures.Loader(Relabelled(Pictures.Data(), (i, label) => mended ? label : order[i] % 4));
            return Fresh(Pictures.Net(), 0.05f, loader, Pictures.Data(seed: 9));
        }
        , 0.3);
        yield return new("batch normalization behind the last layer of a convolutional network", "norm-after-last-layer", "9", static mended =>
            OnPictures(Pictures.Trained(mended ? Pictures.Net() : Pictures.Net(end: new BatchNorm1d(4)))));
    }

    static Situation Tested(ArrayDataset test) => OnPictures(
        Pictures.Trained(Pictures.Net()), test: test, known: options => options with { TestBatches = Pictures.Loader(test) });

    static IEnumerable<Module> Parts(Sequential net) => Enumerable.Range(0, net.Count).Select(i => net[i]);

    static ArrayDataset Sorted()
    {
        var data = Patient.Data();
        int[] order = [.. Enumerable.Range(0, data.Count).OrderBy(data.Label)];
        return new ArrayDataset([.. order.SelectMany(i => Values(data, i))], [.. order.Select(data.Label)], data.SampleShape);
    }

    // Each value the mean of five of its row.
    static ArrayDataset Blurred()
    {
        var data = Pictures.Data(seed: 9);
        float[] values = [.. Enumerable.Range(0, data.Count).SelectMany(i => Values(data, i))];
        float[] blurred = [.. values.Select((_, i) => Enumerable.Range(Math.Max(i - 2, i / 8 * 8), 5).Where(k => k < i / 8 * 8 + 8).Average(k => values[k]))];
        return new ArrayDataset(blurred, [.. Enumerable.Range(0, data.Count).Select(data.Label)], data.SampleShape);
    }
}

/// <summary>A fault that somebody planted.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Check">The check that is to name it.</param>
/// <param name="Layer">The layer that is to be named; null where it is in none.</param>
/// <param name="Make">The network and what is known of it: with the fault, or after its remedy.</param>
/// <param name="Gain">How much accuracy on test data the remedy brings at least; 0 where it costs none.</param>
sealed record PlantedFault(string Name, string Check, string? Layer, Func<bool, Situation> Make, double Gain = 0);

/// <summary>A network, what is known of it, and test data for it.</summary>
sealed record Situation(Module Net, DoctorOptions Options, Dataset Test)
{
    /// <summary>What a watch of its training found, where it was watched.</summary>
    public Diagnosis? Watched { get; init; }

    public Diagnosis Examine() => Watched ?? Doctor.Examine(Net, Options);

    /// <summary>The accuracy on the test data; of a network that has not been trained after 80 steps.</summary>
    public double Accuracy()
    {
        if (!Options.Trained)
        {
            int steps = 80;
            Net.Train();
            while (steps > 0)
            {
                foreach (var (inputs, targets) in Options.Batches!)
                {
                    if (steps-- == 0)
                        break;
                    Patient.Step(Net, Options.Optimizer!, inputs, targets);
                }
            }
        }

        double accuracy = Evaluation.Run(Net, Test).Accuracy;
        return double.IsFinite(accuracy) ? accuracy : 0;
    }
}
