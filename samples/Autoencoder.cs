// An autoencoder, and a variational one beside it, of small pictures of bars. dotnet run samples/Autoencoder.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 4 : 30;
Generator.Default.ManualSeed(42);
var pictures = Bars(1024);

// No targets: the objective compares what comes out with what went in.
var plain = new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 4), new Linear(4, 32), new ReLU(), new Linear(32, 64));
Train("autoencoder", plain, (batch, outputs) => new BCEWithLogitsLoss().Forward(outputs[0], batch.Inputs));
Train("variational autoencoder", new Vae(), Vae.Loss);

void Train(string name, Module net, Func<Batch, TensorList, LossValue> objective)
{
    Console.WriteLine(name);
    new Trainer(net, new Adam(net.Parameters(), 3e-3), new DataLoader(pictures, 32, shuffle: true), new TrainerOptions
    {
        Epochs = epochs,
        Objective = objective,
        Callbacks = [new LineWriter()],
    }).Fit();
}

// Pictures 8 x 8 with one bright row and one bright column.
static TensorDataset Bars(int count)
{
    long[] drawn = new long[2 * count];
    Generator.Default.RandomIntegers(drawn, 0, 8);
    float[] values = new float[64 * count];
    for (int n = 0; n < count; n++)
    {
        for (int i = 0; i < 64; i++)
            values[64 * n + i] = i / 8 == drawn[2 * n] || i % 8 == drawn[2 * n + 1] ? 1 : 0;
    }

    return new TensorDataset(Tensor.From(values, [count, 64]));
}

sealed class Vae : Module, IBatchModule
{
    readonly Linear first, mean, logVariance, hidden, last;

    public Vae()
    {
        first = Register("first", new Linear(64, 32));
        mean = Register("mean", new Linear(32, 4));
        logVariance = Register("log_variance", new Linear(32, 4));
        hidden = Register("hidden", new Linear(4, 32));
        last = Register("last", new Linear(32, 64));
    }

    // From the four numbers that describe a picture to its pixels' logits.
    public override Tensor Forward(Tensor input) => last.Forward(hidden.Forward(input).Relu());

    public TensorList Forward(Batch batch)
    {
        var h = first.Forward(batch.Inputs).Relu();
        var (m, v) = (mean.Forward(h), logVariance.Forward(h));
        var z = Training ? m + (v * 0.5).Exp() * Tensor.Randn(m.Shape) : m;
        return [Forward(z), m, v];
    }

    // Kingma & Welling 2014: the reconstruction, and how far the code is from a normal distribution.
    public static LossValue Loss(Batch batch, TensorList outputs)
    {
        var (m, v) = (outputs[1], outputs[2]);
        double perPicture = 1.0 / batch.Count;
        return LossValue.Sum(
            ("reconstruction", new BCEWithLogitsLoss(Reduction.Sum).Forward(outputs[0], batch.Inputs) * perPicture),
            ("kl", (m * m + v.Exp() - v - 1).Sum() * (0.5 * perPicture)));
    }
}
