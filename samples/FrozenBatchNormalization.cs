// Fine-tuning with frozen batch normalization: a trained network takes up new classes in tiny mini-batches, whose statistics are worth little.
// dotnet run samples/FrozenBatchNormalization.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 2 : 10;
Generator.Default.ManualSeed(42);

Console.WriteLine("the first task: four patterns, mini-batches of 64");
var body = new Sequential(
    new Conv2d(1, 8, 3, padding: 1, bias: false), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
    new Conv2d(8, 16, 3, padding: 1, bias: false), new BatchNorm2d(16), new ReLU(), new GlobalAvgPool2d(), new Flatten());
Fit(new Sequential(body, new Linear(16, 4)), Patterns(512, first: 0), 64, 3e-3);

Console.WriteLine("the second: four others, mini-batches of 2, with the running statistics of the first");
Freezing.Freeze(body);
var tuned = new Sequential(body, new Linear(16, 4));
Fit(tuned, Patterns(64, first: 4), 2, 3e-3);
Console.WriteLine(Evaluation.Run(tuned, Patterns(256, first: 4)));

void Fit(Module net, TensorDataset data, int batchSize, double learningRate) =>
    new Trainer(net, new Adam(net.Parameters(), learningRate), new DataLoader(data, batchSize, shuffle: true), new TrainerOptions
    {
        Epochs = epochs,
        LogEvery = 1000,
        Callbacks = [new LineWriter()],
    }).Fit();

// Stripes of eight directions and widths, 12 x 12, with noise and at any place.
static TensorDataset Patterns(int count, int first)
{
    float[] noise = Tensor.Randn([count, 144]).ToArray();
    int[] labels = new int[count];
    for (int n = 0; n < count; n++)
    {
        labels[n] = n % 4;
        int kind = first + labels[n], shift = (int)Generator.Default.RandomInteger(0, 12), width = 1 + kind / 4;
        for (int i = 0; i < 144; i++)
        {
            int y = i / 12, x = i % 12, along = (kind % 4) switch { 0 => x, 1 => y, 2 => x + y, _ => x - y + 12 };
            noise[144 * n + i] = 0.3f * noise[144 * n + i] + ((along + shift) / width % 2 == 0 ? 1 : -1);
        }
    }

    return new TensorDataset(Tensor.From(noise, [count, 1, 12, 12]), Tensor.FromInt64(labels));
}
