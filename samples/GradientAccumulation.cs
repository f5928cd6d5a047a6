// Large steps from small mini-batches: four of 16 are one of 64. dotnet run samples/GradientAccumulation.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 3 : 10;
var large = Train(batchSize: 64, accumulateSteps: 1);
var small = Train(batchSize: 16, accumulateSteps: 4);
var difference = large.Parameters().Zip(small.Parameters(), (x, y) => (x - y).Abs().Max().Item()).Max();
Console.WriteLine($"the largest difference between the weights: {difference:0.000000}");

Sequential Train(int batchSize, int accumulateSteps)
{
    Console.WriteLine($"mini-batches of {batchSize}, a step after {accumulateSteps}");
    Generator.Default.ManualSeed(42);
    var data = Spirals(1536);
    // Without batch normalization, which would see 16 samples where it saw 64.
    var net = new Sequential(new Linear(2, 64), new Tanh(), new Linear(64, 64), new Tanh(), new Linear(64, 3));
    new Trainer(net, new SGD(net.Parameters(), 0.1, momentum: 0.9), new DataLoader(data, batchSize, shuffle: true), new TrainerOptions
    {
        Epochs = epochs,
        AccumulateSteps = accumulateSteps,
        Callbacks = [new LineWriter()],
    }).Fit();
    return net;
}

// Three arms of a spiral.
static TensorDataset Spirals(int count)
{
    float[] values = new float[2 * count];
    int[] labels = new int[count];
    for (int n = 0; n < count; n++)
    {
        double radius = (n / 3 + 1) * 3.0 / count, angle = 4 * radius + n % 3 * 2 * Math.PI / 3;
        (values[2 * n], values[2 * n + 1], labels[n]) = ((float)(radius * Math.Cos(angle)), (float)(radius * Math.Sin(angle)), n % 3);
    }

    return new TensorDataset(Tensor.From(values, [count, 2]), Tensor.FromInt64(labels));
}
