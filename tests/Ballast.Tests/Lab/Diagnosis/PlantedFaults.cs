using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Forty faults as people plant them, in networks of linear and of convolutional layers. Each has the check that is to name it
/// and, where it is in a layer, which.</summary>
static class PlantedFaults
{
    public static IReadOnlyDictionary<string, (string Check, string? Layer, Func<Diagnosis> Examine)> All { get; } = Linear().Concat(Convolutional())
        .ToDictionary(static fault => fault.Name, static fault => (fault.Check, fault.Layer, fault.Examine));

    static DoctorOptions On(Module net, DataLoader loader, float rate = 0.05f) => new() { Batches = loader, Trained = true, Optimizer = new SGD(net.Parameters(), rate) };

    static Diagnosis Look(Module net, DataLoader? loader = null, Func<DoctorOptions, DoctorOptions>? known = null)
    {
        var options = On(net, loader ?? Patient.Loader());
        return Doctor.Examine(net, known?.Invoke(options) ?? options);
    }

    // A network of some linear layers and what is between them.
    static Sequential Chain(int layers, Func<Module> between, float scale = 1)
    {
        List<Module> parts = [];
        for (int i = 0; i < layers; i++)
        {
            var linear = new Linear(i == 0 ? Patient.Features : 16, i == layers - 1 ? 3 : 16, generator: new Generator(i + 1));
            Scale(linear, scale);
            parts.Add(linear);
            if (i < layers - 1)
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

    static IEnumerable<(string Name, string Check, string? Layer, Func<Diagnosis> Examine)> Linear()
    {
        yield return ("bias before batch normalization", "redundant-bias", "0", static () => Look(Patient.Trained(new Sequential(
            new Linear(12, 8, generator: new Generator(1)), new BatchNorm1d(8), new ReLU(), new Linear(8, 3, generator: new Generator(2))))));
        yield return ("momentum the wrong way round", "reversed-momentum", "1", static () => Look(Patient.Trained(Patient.Net(momentum: 0.99))));
        yield return ("a last batch of one", "last-batch", "1", static () => Look(Patient.Trained(Patient.Net()), known: static options => options with { Plan = new TrainingPlan(16, 641) }));
        yield return ("dropout before batch normalization", "dropout-before-norm", "2", static () => Look(Patient.Trained(Patient.Net(between: new Dropout(0.5)))));
        yield return ("batch normalization twice in a row", "norm-after-norm", "2", static () => Look(Patient.Trained(Patient.Net(between: new BatchNorm1d(8)))));
        yield return ("layer normalization right behind batch normalization", "norm-after-norm", "2", static () => Look(Patient.Trained(new Sequential(
            new Linear(12, 8, bias: false), new BatchNorm1d(8), new LayerNorm([8]), new ReLU(), new Linear(8, 3)))));
        yield return ("batch normalization behind the last layer", "norm-after-last-layer", "4", static () => Look(Patient.Trained(new Sequential(
            [.. Parts(Patient.Net()), new BatchNorm1d(3)]))));
        yield return ("one batch normalization in two places", "shared-layer", "4", static () =>
        {
            var norm = new BatchNorm1d(8);
            return Look(Patient.Trained(new Sequential(new Linear(12, 8, bias: false), norm, new ReLU(), new Linear(8, 8, bias: false), norm, new ReLU(), new Linear(8, 3))));
        }
        );
        yield return ("labels that were shuffled", "suspicious-labels", null, static () =>
        {
            int[] order = new Generator(4).Permutation(640);
            var wrong = Relabelled(Patient.Data(), (i, _) => order[i] * 7 % 3);
            var loader = Patient.Loader(wrong);
            return Look(Patient.Trained(Patient.Net(), loader), loader, options => options with { TestBatches = Patient.Loader(Relabelled(Patient.Data(seed: 8), (i, _) => order[i] * 7 % 3)) });
        }
        );
        yield return ("labels wrong here and there", "suspicious-labels", null, static () =>
        {
            var good = Patient.Trained(Patient.Net(), steps: 600, learningRate: 0.2f);
            var loader = Patient.Loader(Relabelled(Patient.Data(), static (i, label) => i % 9 == 0 ? (label + 1) % 3 : label));
            return Look(good, loader);
        }
        );
        yield return ("data in the order of the classes", "data-in-order", null, static () =>
        {
            var loader = Patient.Loader(Relabelled(Sorted(), static (_, label) => label), shuffle: false);
            return Look(Patient.Trained(Patient.Net(), loader), loader);
        }
        );
        yield return ("data in the order of the classes, watched", "data-in-order", null, static () =>
        {
            var net = Patient.Net();
            using var watch = Doctor.Watch(net);
            Patient.Trained(net, Patient.Loader(Sorted(), shuffle: false), steps: 160, learningRate: 0.1f);
            return watch.Examine();
        }
        );
        yield return ("inputs from 0 to 255", "input-scale", null, static () =>
        {
            var loader = Patient.Loader(Patient.Data(change: static (_, _, value) => 50 * (value + 3)));
            return Look(Patient.Trained(Chain(3, static () => new ReLU()), loader, learningRate: 1e-5f), loader);
        }
        );
        yield return ("inputs of thousandths", "input-scale", null, static () =>
        {
            var loader = Patient.Loader(Patient.Data(change: static (_, _, value) => 0.002f * value));
            return Look(Patient.Trained(Chain(3, static () => new ReLU()), loader), loader);
        }
        );
        yield return ("a learning rate too high", "learning-rate", null, static () => Fresh(Chain(3, static () => new ReLU()), 20));
        yield return ("a learning rate too low", "learning-rate", null, static () => Fresh(Chain(3, static () => new ReLU()), 1e-6f));
        yield return ("a learning rate too high with sigmoids", "learning-rate", null, static () => Fresh(Chain(3, static () => new Sigmoid()), 300));
        yield return ("dead units", "dead-units", "1", static () =>
        {
            var net = Chain(3, static () => new ReLU());
            Patient.Set(net, "0.bias", static (_, _) => -100);
            return Look(net);
        }
        );
        yield return ("a network that died of its learning rate", "dead-units", null, static () => Look(Patient.Trained(Chain(4, static () => new ReLU()), learningRate: 8)));
        yield return ("saturated sigmoids", "saturated-units", "1", static () => Look(Patient.Trained(Chain(3, static () => new Sigmoid(), 100), steps: 20)));
        yield return ("saturated tanhs", "saturated-units", "1", static () => Look(Patient.Trained(Chain(3, static () => new Tanh(), 50), steps: 20)));
        yield return ("gradients that vanish through sigmoids", "gradient-scale", "0", static () => Look(Patient.Trained(Chain(7, static () => new Sigmoid()), steps: 20)));
        yield return ("gradients that explode", "gradient-scale", "0", static () => Look(Chain(7, static () => new ReLU(), 30)));
        yield return ("classes out of balance", "class-imbalance", null, static () =>
        {
            var loader = Patient.Loader(Relabelled(Patient.Data(), static (i, label) => label == 2 && i % 20 > 0 ? 0 : label));
            return Look(Patient.Trained(Patient.Net(), loader), loader);
        }
        );
        yield return ("outputs for classes that do not exist", "surplus-outputs", "3", static () => Look(Patient.Trained(new Sequential(
            new Linear(12, 8, bias: false), new BatchNorm1d(8), new ReLU(), new Linear(8, 10)))));
        yield return ("test data with an offset", "test-unlike-training", null, static () => Look(
            Patient.Trained(Patient.Net()), known: static options => options with { TestBatches = Patient.Loader(Patient.Data(seed: 8, change: static (_, _, value) => value + 2)) }));
        yield return ("a weight that is no number", "non-finite", null, static () =>
        {
            var net = Patient.Trained(Patient.Net());
            Patient.Set(net, "0.weight", static (i, value) => i == 3 ? float.NaN : value);
            return Look(net);
        }
        );
        yield return ("running statistics of other data", "eval-gap", "1", static () =>
        {
            var net = Patient.Trained(Patient.Net(), steps: 300, learningRate: 0.1f);
            Patient.Set(net, "1.running_mean", static (_, value) => value + 8);
            return Look(net);
        }
        );
        yield return ("running statistics that have not settled", "unconverged-statistics", "1", static () => Look(Patient.Trained(Patient.Net(momentum: 0.001))));
        yield return ("channels that gamma has closed", "dead-channels", "1", static () =>
        {
            var net = Patient.Trained(Patient.Net());
            Patient.Set(net, "1.weight", static (i, value) => i < 3 ? 0 : value);
            return Look(net);
        }
        );
        yield return ("weight decay of gamma", "decayed-norm", null, static () =>
        {
            var net = Patient.Trained(Patient.Net());
            return Look(net, known: options => options with { Optimizer = new SGD(net.Parameters(), 0.1f, weightDecay: 0.01f), Plan = new TrainingPlan(16, 640, Epochs: 50) });
        }
        );
        yield return ("a network that is not in evaluation mode when it serves", "training-mode", null, static () => Look(
            Patient.Trained(Patient.Net()), known: static options => options with { ForInference = true }));
    }

    static IEnumerable<(string Name, string Check, string? Layer, Func<Diagnosis> Examine)> Convolutional()
    {
        yield return ("pictures from 0 to 255", "input-scale", null, static () =>
        {
            var loader = Pictures.Loader(Pictures.Data(change: static (_, _, value) => 255 * value));
            return Look(Pictures.Trained(Pictures.Plain(), loader, learningRate: 1e-7f), loader);
        }
        );
        yield return ("pictures in the order of the classes", "data-in-order", null, static () =>
        {
            var loader = Pictures.Loader(Pictures.Data(sorted: true), shuffle: false);
            return Look(Pictures.Trained(Pictures.Net(), loader), loader);
        }
        );
        yield return ("blurred test pictures", "test-unlike-training", null, static () => Look(
            Pictures.Trained(Pictures.Net()), Pictures.Loader(), static options => options with { TestBatches = Pictures.Loader(Blurred()) }));
        yield return ("pale test pictures", "test-unlike-training", null, static () => Look(
            Pictures.Trained(Pictures.Net()), Pictures.Loader(), static options => options with { TestBatches = Pictures.Loader(Pictures.Data(seed: 9, change: static (_, _, value) => 0.4f + 0.3f * (value - 0.4f))) }));
        yield return ("dead convolutions", "dead-units", "1", static () =>
        {
            var net = Pictures.Plain();
            Patient.Set(net, "0.bias", static (_, _) => -50);
            return Look(net, Pictures.Loader());
        }
        );
        yield return ("a learning rate too high for convolutions", "learning-rate", null, static () => Fresh(Pictures.Plain(), 30, Pictures.Loader()));
        yield return ("shuffled labels of pictures", "suspicious-labels", null, static () =>
        {
            int[] order = new Generator(4).Permutation(480);
            var loader = Pictures.Loader(Relabelled(Pictures.Data(), (i, _) => order[i] % 4));
            return Look(Pictures.Net(), loader, static options => options with { Trained = false });
        }
        );
        yield return ("batch normalization behind the last layer of a convolutional network", "norm-after-last-layer", "9", static () =>
            Look(Pictures.Trained(Pictures.Net(end: new BatchNorm1d(4))), Pictures.Loader()));
    }

    static Diagnosis Fresh(Module net, float rate, DataLoader? loader = null) => Doctor.Examine(net, new DoctorOptions
    {
        Batches = loader ?? Patient.Loader(),
        Optimizer = new SGD(net.Parameters(), rate),
        Plan = new TrainingPlan(16, 640, Epochs: 5),
    });

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
