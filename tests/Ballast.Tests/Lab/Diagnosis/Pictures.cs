namespace Ballast.Tests.Lab;

/// <summary>Small pictures for the doctor, [3, 8, 8] from 0 to 1: of class k the quarter k is bright. And a convolutional network.</summary>
static class Pictures
{
    public const int Classes = 4;

    public static Sequential Net(int seed = 1, params Module[] end) => new(
    [
        new Conv2d(3, 8, 3, padding: 1, bias: false, generator: new Generator(seed)), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
        new Conv2d(8, 8, 3, padding: 1, bias: false, generator: new Generator(seed + 1)), new BatchNorm2d(8), new ReLU(),
        new Flatten(), new Linear(128, Classes, generator: new Generator(seed + 2)), .. end,
    ]);

    public static Sequential Plain(int seed = 1) => new(
        new Conv2d(3, 8, 3, padding: 1, generator: new Generator(seed)), new ReLU(), new MaxPool2d(2),
        new Conv2d(8, 8, 3, padding: 1, generator: new Generator(seed + 1)), new ReLU(),
        new Flatten(), new Linear(128, Classes, generator: new Generator(seed + 2)));

    public static ArrayDataset Data(int count = 480, int seed = 5, Func<int, int, float, float>? change = null, Func<int, int>? label = null, bool sorted = false)
    {
        float[] values = new float[count * 192];
        new Generator(seed).Normal(values, 0, 0.1f);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => sorted ? i * Classes / count : i * 7 % Classes)];
        for (int i = 0; i < values.Length; i++)
        {
            int n = i / 192, y = i % 64 / 8, x = i % 8, quarter = y / 4 * 2 + x / 4;
            values[i] = Math.Clamp(values[i] + (quarter == labels[n] ? 0.6f : 0.3f), 0, 1);
            values[i] = change?.Invoke(n, i % 192, values[i]) ?? values[i];
        }

        return new ArrayDataset(values, label is null ? labels : [.. labels.Select(label)], [3, 8, 8]);
    }

    public static DataLoader Loader(Dataset? data = null, bool shuffle = true) => Patient.Loader(data ?? Data(), 16, shuffle);

    public static T Trained<T>(T net, DataLoader? loader = null, int steps = 90, float learningRate = 0.05f)
        where T : Module => Patient.Trained(net, loader ?? Loader(), steps, learningRate);
}
