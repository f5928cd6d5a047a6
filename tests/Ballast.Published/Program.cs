using Ballast;

// The library as a program has it that is trimmed and compiled ahead of time: it trains, keeps what it learned, and runs a network with a name.
// Exit code 0 where the loss fell and the state came back to the bit.
var draw = new Generator(1);
float[] x = Tensor.Randn([256, 4], draw).ToArray();
long[] y = [.. Enumerable.Range(0, 256).Select(i => x[4 * i] + x[4 * i + 1] > 0 ? 1L : 0)];
var data = new TensorDataset(Tensor.From(x, [256, 4]), Tensor.FromInt64(y), ["below", "above"]);
Generator.Default.ManualSeed(2);
var net = new Sequential(new Linear(4, 16), new BatchNorm1d(16), new ReLU(), new Linear(16, 2));
double first = Evaluation.Run(net, data).Loss;
new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(data, 32, shuffle: true), new TrainerOptions { Epochs = 5, LogEvery = 8 }).Fit();
net.Eval();
var last = Evaluation.Run(net, data);

string path = Path.Combine(Path.GetTempPath(), $"ballast-published-{Environment.ProcessId}.safetensors");
StateFile.Save(path, net.StateDict());
var again = new Sequential(new Linear(4, 16), new BatchNorm1d(16), new ReLU(), new Linear(16, 2));
again.LoadStateDict(StateFile.Load(path));
again.Eval();
File.Delete(path);
bool same = again.Forward(Tensor.From(x, [256, 4])).ToArray().AsSpan().SequenceEqual(net.Forward(Tensor.From(x, [256, 4])).ToArray());

var named = ResNet.ResNet18();
named.Eval();
var shape = named.Forward(Tensor.Randn([1, 3, 64, 64], draw)).Shape;
Console.WriteLine(FormattableString.Invariant(
    $"loss {first:F3}, then {last.Loss:F3}; accuracy {last.Accuracy:P0}; the same state: {same}; ResNet-18: {shape}"));
return last.Loss < first / 2 && same && shape == new Shape(1, 1000) ? 0 : 1;
