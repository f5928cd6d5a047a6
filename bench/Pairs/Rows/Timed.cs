using System.Globalization;

namespace Ballast.Rows;

/// <summary>What bench/ab.py times, as work that is done once a call. It is compiled against an old build and a new one, and so uses only what
/// both have.</summary>
public static class Timed
{
    /// <summary>The work of a row.</summary>
    /// <param name="row">The words of its name: <c>step BATCH</c>, <c>network NAME train|infer BATCH</c>, <c>layer NAME SIZES...</c>,
    /// <c>norms layer|between KIND SIZES...</c>.</param>
    /// <param name="threads">How many threads it may use.</param>
    /// <exception cref="ArgumentException">There is no such row.</exception>
    public static Action Make(string[] row, int threads)
    {
        Compute.Threads = threads;
        Generator.Default.ManualSeed(0);
        return row switch
        {
            ["step", var batch] => Step(Number(batch)),
            ["network", var name, "train", var batch] => Training(Network(name), Number(batch)),
            ["network", var name, "infer", var batch] => Inference(Network(name), Number(batch)),
            ["layer", "product", var size] => Product(Number(size)),
            ["layer", var name, .. var sizes] => Passes(Layer(name, Sizes(sizes)), Sizes(sizes)),
            ["norms", "layer", var kind, .. var sizes] => Passes(new Sequential(Variant(kind, Sizes(sizes)), new ReLU()), Sizes(sizes)),
            ["norms", "between", var kind, .. var sizes] => Passes(Between(Variant(kind, Sizes(sizes)), Sizes(sizes)), Sizes(sizes)),
            _ => throw new ArgumentException($"There is no row {string.Join(' ', row)}."),
        };
    }

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static Shape Sizes(string[] sizes) => new(Array.ConvertAll(sizes, Number));

    // The tutorial's network.
    static Action Step(int batch)
    {
        var network = new Sequential(
            new Flatten(), new Linear(3072, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 32), new BatchNorm1d(32), new ReLU(),
            new Linear(32, 10));
        var optimizer = new Adam(network.Parameters(), learningRate: 1e-4f);
        return Steps(network, optimizer.ZeroGrad, optimizer.Step, batch);
    }

    static Module Network(string name) => name switch
    {
        "resnet20" => new ResNet20(),
        "vgg-small" => new VggSmall(),
        _ => throw new ArgumentException($"There is no network {name}."),
    };

    static Action Training(Module network, int batch)
    {
        var optimizer = new SGD(network.Parameters(), learningRate: 0.01f, momentum: 0.9f);
        return Steps(network, optimizer.ZeroGrad, optimizer.Step, batch);
    }

    // A step with its batch, which the loader reads.
    static Action Steps(Module network, Action zeroGrad, Action step, int batch)
    {
        var batches = Batches(batch).GetEnumerator();
        var lossFunction = new CrossEntropyLoss();
        return () =>
        {
            batches.MoveNext();
            var (inputs, targets) = batches.Current;
            zeroGrad();
            var loss = lossFunction.Forward(network.Forward(inputs), targets);
            loss.Backward();
            step();
            _ = loss.Item();
        };
    }

    static IEnumerable<Batch> Batches(int batch)
    {
        var loader = new DataLoader(Cifar10.Train(), batch, shuffle: true, dropLast: true);
        while (true)
        {
            foreach (var one in loader)
                yield return one;
        }
    }

    static Action Inference(Module network, int batch)
    {
        network.Eval();
        Folding.Fold(network);
        var images = Batches(batch).First().Inputs.Clone();
        return () =>
        {
            using var noGradients = Tensor.NoGrad();
            _ = network.Forward(images).AsSpan();
        };
    }

    static Action Product(int size)
    {
        var (a, b) = (Tensor.Randn([size, size]), Tensor.Randn([size, size]));
        return () =>
        {
            using var noGradients = Tensor.NoGrad();
            _ = a.MatMul(b).AsSpan();
        };
    }

    static Module Layer(string name, Shape shape) => name switch
    {
        "batchnorm1d" => new Sequential(new BatchNorm1d(shape[1]), new ReLU()),
        "batchnorm2d" => new Sequential(new BatchNorm2d(shape[1]), new ReLU()),
        "layernorm" => new LayerNorm(shape[^1]),
        "rmsnorm" => new RMSNorm(shape[^1]),
        "groupnorm" => new GroupNorm(32, shape[1]),
        "instancenorm2d" => new InstanceNorm2d(shape[1], affine: true),
        "localresponsenorm" => new LocalResponseNorm(5),
        "gelu" => new GELU(),
        "dropout" => new Dropout(0.5),
        _ => throw new ArgumentException($"There is no layer {name}."),
    };

    static Module Variant(string kind, Shape shape)
    {
        int n = shape[0], c = shape[1];
        return kind switch
        {
            "batchnorm" => shape.Rank == 2 ? new BatchNorm1d(c) : new BatchNorm2d(c),
            "ghost-2" => new GhostBatchNorm(c, n / 2),
            "ghost-4" => new GhostBatchNorm(c, n / 4),
            "renorm" => new BatchRenorm(c, schedule: RenormSchedule.Constant(3, 5)),
            "frozen" => new FrozenBatchNorm(c),
            "split-2" => new SplitBatchNorm(c),
            _ => throw new ArgumentException($"There is no normalization {kind}."),
        };
    }

    // With a convolution before and after it, or a linear layer.
    static Sequential Between(Module norm, Shape shape)
    {
        int c = shape[1];
        return new Sequential(Weighted(), norm, new ReLU(), Weighted());

        Module Weighted() => shape.Rank == 2 ? new Linear(c, c, bias: false) : new Conv2d(c, c, 3, padding: 1, bias: false);
    }

    // Forward and backward, and each gradient read: some are computed where they are read and not before.
    static Action Passes(Module layer, Shape shape)
    {
        var x = new Parameter(Tensor.Randn(shape));
        var gradient = Tensor.Randn(shape);
        Parameter[] parameters = [.. layer.Parameters(), x];
        return () =>
        {
            var y = layer.Forward(x);
            _ = y.AsSpan();
            y.Backward(gradient);
            foreach (var parameter in parameters)
            {
                if (parameter.Grad is { } computed)
                    _ = computed.AsSpan();
                parameter.ZeroGrad();
            }
        };
    }
}
