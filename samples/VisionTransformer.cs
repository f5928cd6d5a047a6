// Pictures as a row of patches: a transformer tells gratings by their direction. dotnet run samples/VisionTransformer.cs [-- --short]
#:project ../src/Ballast
#:project ../src/Ballast.Models
using Ballast;

int epochs = args.Contains("--short") ? 3 : 15;
Generator.Default.ManualSeed(42);

var net = new VisionTransformer(imageSize: 24, patchSize: 6, layers: 3, attentionHeads: 4, width: 48, hidden: 96, classes: 4);
var (train, test) = (Gratings(800), Gratings(200));
var loader = new DataLoader(train, 20, shuffle: true);
new Trainer(net, new AdamW(net.Parameters(), 1e-3, weightDecay: 0.05), loader, new TrainerOptions
{
    Epochs = epochs,
    Schedule = new WarmUpSchedule(20, new CosineSchedule((long)epochs * loader.Count - 20)),
    Validation = new ValidationOptions(test),
    Callbacks = [new LineWriter()],
}).Fit();

// Coloured gratings of four directions, any width and place, in noise.
static TensorDataset Gratings(int count)
{
    var labels = Tensor.RandInt(4, [count]);
    var (x, y) = (Tensor.Arange(0.0, 24).Reshape(1, 1, 1, 24), Tensor.Arange(0.0, 24).Reshape(1, 1, 24, 1));
    var angle = labels.To(ElementType.Float32).Reshape(-1, 1, 1, 1) * (Math.PI / 4);
    var width = Tensor.Rand([count, 1, 1, 1]) * 0.5 + 0.4;
    var wave = ((x * angle.Cos() + y * angle.Sin()) * width + Tensor.Rand([count, 1, 1, 1]) * 6).Sin();
    return new TensorDataset(wave * Tensor.Rand([count, 3, 1, 1]) + Tensor.Randn([count, 3, 24, 24]) * 0.3, labels);
}
