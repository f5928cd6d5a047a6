// Numbers from numbers: a network learns a function of three variables. dotnet run samples/Regression.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 5 : 40;
Generator.Default.ManualSeed(42);

var net = new Sequential(new Linear(3, 64), new BatchNorm1d(64), new ReLU(), new Linear(64, 64), new ReLU(), new Linear(64, 1));
var loader = new DataLoader(Measured(2000), batchSize: 32, shuffle: true);
var trainer = new Trainer(net, new Adam(net.Parameters(), learningRate: 3e-3), loader, new TrainerOptions
{
    Epochs = epochs,
    Loss = new MSELoss().Forward,
    Metrics = [new MeanAbsoluteError(), new R2Score()],
    Validation = new ValidationOptions(Measured(500)) { Monitor = "r2" },
    Callbacks = [new LineWriter()],
});
trainer.Fit();

var outputs = Prediction.Outputs(net, Measured(5))[0];
Console.WriteLine($"five predictions: {string.Join(", ", outputs.ToArray().Select(value => value.ToString("F2")))}");

// sin(3a) + b c, with noise.
static TensorDataset Measured(int count)
{
    var x = Tensor.Randn([count, 3]);
    var y = (x[.., 0] * 3).Sin() + x[.., 1] * x[.., 2] + Tensor.Randn([count]) * 0.1;
    return new TensorDataset(x, y.Reshape([count, 1]));
}
