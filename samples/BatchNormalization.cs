// The tutorial's network with batch normalization, trained on CIFAR-10: dotnet run samples/BatchNormalization.cs
#:project ../src/Ballast
using Ballast;

Generator.Default.ManualSeed(42);

var dataset = Cifar10.Train();                       // found, or downloaded and verified
var trainLoader = new DataLoader(dataset, batchSize: 10, shuffle: true);

var mlp = new Mlp();
var lossFunction = new CrossEntropyLoss();
var optimizer = new Adam(mlp.Parameters(), learningRate: 1e-4f);

for (int epoch = 0; epoch < 5; epoch++)
{
    Console.WriteLine($"Starting epoch {epoch + 1}");
    float currentLoss = 0;
    foreach (var (i, (inputs, targets)) in trainLoader.Index())
    {
        optimizer.ZeroGrad();
        var outputs = mlp.Forward(inputs);
        var loss = lossFunction.Forward(outputs, targets);
        loss.Backward();
        optimizer.Step();

        currentLoss += loss.Item();
        if (i % 500 == 499)
        {
            Console.WriteLine($"Loss after mini-batch {i + 1,5}: {currentLoss / 500:F3}");
            currentLoss = 0;
        }
    }
}

sealed class Mlp : Module
{
    readonly Sequential layers;
    public Mlp() => layers = Register("layers", new Sequential(
        new Flatten(),
        new Linear(32 * 32 * 3, 64), new BatchNorm1d(64), new ReLU(),
        new Linear(64, 32), new BatchNorm1d(32), new ReLU(),
        new Linear(32, 10)));
    public override Tensor Forward(Tensor input) => layers.Forward(input);
}
