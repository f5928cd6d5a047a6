// A class for each pixel: a UNet finds disks among rectangles. dotnet run samples/Segmentation.cs [-- --short]
#:project ../src/Ballast
#:project ../src/Ballast.Models
using Ballast;

int epochs = args.Contains("--short") ? 3 : 15;
Generator.Default.ManualSeed(42);

var net = new UNet(inChannels: 1, classes: 3, width: 8);
var loader = new DataLoader(new Shapes(200, seed: 1), 10, shuffle: true, sampleTransforms: [new ImageAndMask(new RandomHorizontalFlip())]);
new Trainer(net, new Adam(net.Parameters(), 3e-3), loader, new TrainerOptions
{
    Epochs = epochs,
    Loss = new CrossEntropyLoss(weight: [0.3, 1, 1]).Forward,
    Metrics = [new IntersectionOverUnion()],
    Validation = new ValidationOptions(new Shapes(50, seed: 2)) { Monitor = "iou" },
    Callbacks = [new LineWriter()],
}).Fit();

// One picture's classes: nothing, disk, rectangle.
var classes = Prediction.Outputs(net, new Shapes(1, seed: 3))[0].ArgMax(1).ToArray<long>();
for (int y = 0; y < Shapes.Size; y++)
    Console.WriteLine(string.Concat(Enumerable.Range(0, Shapes.Size).Select(x => ".o#"[(int)classes[y * Shapes.Size + x]])));

// A disk and a rectangle in noise, and the class of each pixel.
sealed class Shapes(int count, long seed) : SampleDataset
{
    public const int Size = 32;

    public override int Count => count;

    public override Sample Get(int index)
    {
        CheckIndex(index);
        var generator = new Generator(seed * 1_000_000 + index);
        float[] place = Tensor.Rand([6], generator).ToArray(), pixels = (Tensor.Randn([Size * Size], generator) * 0.3).ToArray();
        long[] mask = new long[Size * Size];
        for (int i = 0; i < mask.Length; i++)
        {
            var (x, y) = (i % Size, i / Size);
            if (Math.Abs(x - 6 - 20 * place[0]) < 3 + 2 * place[1] && Math.Abs(y - 6 - 20 * place[2]) < 4)
                mask[i] = 2;
            if (Math.Pow(x - 6 - 20 * place[3], 2) + Math.Pow(y - 6 - 20 * place[4], 2) < 12 + 20 * place[5])
                mask[i] = 1;
            pixels[i] += mask[i] > 0 ? 1 : 0;
        }

        return new Sample(Tensor.From(pixels, [1, Size, Size]), Tensor.FromInt64(mask, [Size, Size]));
    }
}
