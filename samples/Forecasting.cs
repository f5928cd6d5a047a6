// What comes next: an LSTM goes on with a series from what it has seen of it. dotnet run samples/Forecasting.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 4 : 40;
const int Seen = 48;
Generator.Default.ManualSeed(42);

// Daily and weekly ups and downs with noise; the last tenth is kept for the test.
var hours = Tensor.Arange(0.0, 2400);
var series = (hours * (2 * Math.PI / 24)).Sin() + (hours * (2 * Math.PI / 168)).Sin() * 0.5 + Tensor.Randn([2400]) * 0.1;
var parts = new SeriesDataset(series, Seen, horizon: 1, timeFirst: true).SplitByTime([0.9, 0.1]);
var (train, test) = (parts[0], parts[1]);

var net = new Forecaster();
new Trainer(net, new Adam(net.Parameters(), 1e-3), new DataLoader(train, 32, shuffle: true), new TrainerOptions
{
    Epochs = epochs,
    Loss = new MSELoss().Forward,
    Metrics = [new MeanAbsoluteError()],
    Validation = new ValidationOptions(test) { Monitor = "mae" },
    Callbacks = [new LineWriter()],
}).Fit();

// A day ahead, each hour from those before it, its own forecasts among them.
net.Eval();
using var off = Tensor.NoGrad();
var known = series[(2400 - 24 - Seen)..(2400 - 24)];
for (int hour = 0; hour < 24; hour++)
{
    var next = net.Forward(known[^Seen..].Reshape(1, Seen, 1)).Reshape(1);
    known = Tensor.Concat([known, next]);
    Console.WriteLine($"hour {hour,2}: forecast {next.Item(),6:F2}, was {series[2400 - 24 + hour],6:F2}");
}

sealed class Forecaster : Module
{
    readonly LSTM lstm;
    readonly Linear head;

    public Forecaster()
    {
        lstm = Register("lstm", new LSTM(1, 32, batchFirst: true));
        head = Register("head", new Linear(32, 1));
    }

    public override Tensor Forward(Tensor input) => head.Forward(lstm.Forward(input)[.., ^1.., ..]);
}
