// Four times the pixels: a network learns to enlarge pictures. dotnet run samples/SuperResolution.cs [-- --short]
#:project ../src/Ballast
using Ballast;
using F = Ballast.Functional;

int epochs = args.Contains("--short") ? 4 : 40;
Generator.Default.ManualSeed(42);

// The channels of the last convolution are the pixels that come in the place of one: Shi et al. 2016.
var net = new Sequential(
    new Conv2d(1, 32, 5, padding: 2), new ReLU(), new Conv2d(32, 32, 3, padding: 1), new ReLU(),
    new Conv2d(32, 4, 3, padding: 1), new PixelShuffle(2));
foreach (var conv in net.OfType<Conv2d>())
    Init.Orthogonal(conv.Weight, Init.CalculateGain(Nonlinearity.ReLU));

var (train, test) = (Stripes(400), Stripes(100));
new Trainer(net, new Adam(net.Parameters(), 2e-3), new DataLoader(train, 16, shuffle: true), new TrainerOptions
{
    Epochs = epochs,
    Loss = new MSELoss().Forward,
    Validation = new ValidationOptions(test),
    Callbacks = [new LineWriter()],
}).Fit();

var (low, high) = new DataLoader(test, test.Count).First();
var bicubic = F.Interpolate(low, scaleFactor: 2, mode: InterpolateMode.Bicubic, alignCorners: false);
Console.WriteLine($"PSNR: {Psnr(bicubic):F1} dB by bicubic interpolation, {Psnr(Prediction.Outputs(net, test)[0]):F1} dB by the network");

double Psnr(Tensor made) => -10 * Math.Log10((made - high).Square().Mean().Item());

// Gratings of any direction and width, 24 x 24, and the same at half the size.
static TensorDataset Stripes(int count)
{
    var (x, y) = (Tensor.Arange(0.0, 24).Reshape(1, 1, 1, 24), Tensor.Arange(0.0, 24).Reshape(1, 1, 24, 1));
    Tensor Drawn(double scale) => Tensor.Rand([count, 1, 1, 1]) * scale;
    var (angle, width, shift) = (Drawn(Math.PI), Drawn(0.8) + 0.4, Drawn(6));
    var wave = ((x * angle.Cos() + y * angle.Sin()) * width + shift).Sin();
    var high = (wave * 4).Sigmoid();
    return new TensorDataset(F.AvgPool2d(high, 2), high);
}
