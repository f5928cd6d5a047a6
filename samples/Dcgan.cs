// Pictures out of noise: one network makes them, another tells them from real ones. dotnet run samples/Dcgan.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 3 : 30;
Generator.Default.ManualSeed(42);

var gan = new Gan();
var judging = new Adam(gan.Judges.Parameters(), learningRate: 2e-4, beta1: 0.5);
var generating = new Adam(gan.Generates.Parameters(), learningRate: 2e-4, beta1: 0.5);
var loss = new BCEWithLogitsLoss();
new Trainer(gan, judging, new DataLoader(Disks(1000), batchSize: 20, shuffle: true), new TrainerOptions
{
    Epochs = epochs,
    MoreOptimizers = new Dictionary<string, Optimizer> { ["generator"] = generating },
    OwnStep = step =>
    {
        int count = step.Batch.Count;
        var fake = gan.Forward(Tensor.Randn([count, Gan.Noise, 1, 1]));
        judging.ZeroGrad();
        var judged = loss.Forward(gan.Judges.Forward(step.Batch.Inputs), Tensor.Ones([count, 1, 1, 1]))
            + loss.Forward(gan.Judges.Forward(fake.Detach()), Tensor.Zeros([count, 1, 1, 1]));
        judged.Backward();
        judging.Step();

        generating.ZeroGrad();
        var fooled = loss.Forward(gan.Judges.Forward(fake), Tensor.Ones([count, 1, 1, 1]));
        fooled.Backward();
        generating.Step();
        return StepLoss.Sum(("discriminator", judged.Item()), ("generator", fooled.Item()));
    },
    Callbacks = [new LineWriter()],
}).Fit();

// Three pictures side by side.
gan.Eval();
using var off = Tensor.NoGrad();
var made = gan.Forward(Tensor.Randn([3, Gan.Noise, 1, 1]));
for (int y = 0; y < 16; y++)
{
    for (int n = 0; n < 3; n++)
    {
        for (int x = 0; x < 16; x++)
            Console.Write(" .:-=+*#%@"[(int)Math.Clamp((made[n, 0, y, x] + 1) * 5, 0, 9)]);
        Console.Write("   ");
    }

    Console.WriteLine();
}

// Bright disks, 16 x 16, from -1 to 1.
static TensorDataset Disks(int count)
{
    float[] values = new float[count * 256];
    for (int n = 0; n < count; n++)
    {
        var place = Tensor.Rand([3]).ToArray();
        double cx = 5 + 6 * place[0], cy = 5 + 6 * place[1], radius = 2.5 + 2 * place[2];
        for (int i = 0; i < 256; i++)
            values[256 * n + i] = (float)Math.Clamp(radius - Math.Sqrt(Math.Pow(i % 16 - cx, 2) + Math.Pow(i / 16 - cy, 2)), -1, 1);
    }

    return new TensorDataset(Tensor.From(values, [count, 1, 16, 16]));
}

sealed class Gan : Module
{
    public const int Noise = 32;

    public Gan()
    {
        Generates = Register("generator", new Sequential(
            new ConvTranspose2d(Noise, 32, 4, bias: false), new BatchNorm2d(32), new ReLU(),
            new ConvTranspose2d(32, 16, 4, stride: 2, padding: 1, bias: false), new BatchNorm2d(16), new ReLU(),
            new ConvTranspose2d(16, 1, 4, stride: 2, padding: 1, bias: false), new Tanh()));
        Judges = Register("discriminator", new Sequential(
            new Conv2d(1, 16, 4, stride: 2, padding: 1, bias: false), new LeakyReLU(0.2),
            new Conv2d(16, 32, 4, stride: 2, padding: 1, bias: false), new BatchNorm2d(32), new LeakyReLU(0.2),
            new Conv2d(32, 1, 4, bias: false)));
        foreach (var (_, module) in NamedModules())
        {
            if (module is Conv2d or ConvTranspose2d)
                Init.Normal(module.Parameters().First(), 0, 0.02);
        }
    }

    public Sequential Generates { get; }

    public Sequential Judges { get; }

    // From noise to pictures.
    public override Tensor Forward(Tensor input) => Generates.Forward(input);
}
