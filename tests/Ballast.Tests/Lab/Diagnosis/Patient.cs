using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>A small network for the doctor, and data for it: 12 values a sample, 3 classes that can be told apart.</summary>
static class Patient
{
    public const int Features = 12;
    const int Classes = 3;

    /// <summary>A healthy network: <c>1</c> is the normalization.</summary>
    public static Sequential Net(int seed = 1, double? momentum = 0.1, params Module[] between) => new(
    [
        new Linear(Features, 8, bias: false, generator: new Generator(seed)), .. between, new BatchNorm1d(8, momentum: momentum),
        new ReLU(), new Linear(8, Classes, generator: new Generator(seed + 1)),
    ]);

    /// <summary>Normal values around a mean for each class.</summary>
    public static ArrayDataset Data(int count = 640, int seed = 5, Func<int, int, float, float>? change = null)
    {
        float[] values = new float[count * Features];
        new Generator(seed).Normal(values);
        int[] labels = [.. Enumerable.Range(0, count).Select(static i => i * 7 % Classes)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] += i % Features % Classes == labels[i / Features] ? 2 : 0;
            values[i] = change?.Invoke(i / Features, i % Features, values[i]) ?? values[i];
        }

        return new ArrayDataset(values, labels, [Features]);
    }

    public static DataLoader Loader(Dataset? data = null, int batchSize = 16, bool shuffle = true, bool dropLast = false) =>
        new(data ?? Data(), batchSize, shuffle, dropLast, new Generator(3));

    public static T Trained<T>(T net, DataLoader? loader = null, int steps = 80, float learningRate = 0.01f)
        where T : Module
    {
        using var generator = Generator.UseDefault(new Generator(9));
        var optimizer = new SGD(net.Parameters(), learningRate);
        net.Train();
        while (steps > 0)
        {
            foreach (var (inputs, targets) in loader ?? Loader())
            {
                if (steps-- == 0)
                    break;
                Step(net, optimizer, inputs, targets);
            }
        }

        net.ZeroGrad();
        return net;
    }

    public static void Step(Module net, Optimizer optimizer, Tensor inputs, Tensor targets)
    {
        optimizer.ZeroGrad();
        new CrossEntropyLoss().Forward(net.Forward(inputs), targets).Backward();
        optimizer.Step();
    }

    /// <summary>What one check finds.</summary>
    public static Finding[] Find(string check, Module net, DoctorOptions? options = null)
    {
        var diagnosis = Doctor.Examine(net, options);
        Assert.DoesNotContain(diagnosis.Skipped, skipped => skipped.Check == check);
        return Of(check, diagnosis);
    }

    public static Finding[] Of(string check, Diagnosis diagnosis) => [.. diagnosis.Findings.Where(finding => finding.Check == check)];

    /// <summary>What is known of a network that was trained on the data.</summary>
    public static DoctorOptions OnData(DataLoader? loader = null) => new() { Batches = loader ?? Loader(), Trained = true };

    /// <summary>Examines a trained network of which everything is known.</summary>
    public static Diagnosis ExamineAll(Module net) => Doctor.Examine(net, OnData() with
    {
        Optimizer = new SGD(net.Parameters(), 0.01f),
        MakeFresh = () => Net(),
        TestBatches = Loader(Data(seed: 8)),
        ForInference = true,
        AveragedWeights = true,
        StatisticsRecomputed = true,
        LoadedState = net.StateDict(),
        Evaluation = () => Evaluation.Run(net, Data()),
    });

    /// <summary>Puts other values into a state.</summary>
    public static void Set(Module net, string key, Func<int, float, float> change)
    {
        var state = new StateDict();
        foreach (var (name, entry) in net.StateDict())
        {
            state.Add(name, name == key
                ? new StateEntry(Tensor.From([.. entry.Tensor.ToArray().Select((value, i) => change(i, value))], entry.Shape)) : entry);
        }

        net.LoadStateDict(state);
    }
}
