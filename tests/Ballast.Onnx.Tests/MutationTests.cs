using System.Globalization;
using Ballast.Tests;

namespace Ballast.Onnx.Tests;

/// <summary>Damaged files are refused or run: they crash nothing, hang nothing and take no memory that is not there.</summary>
public class MutationTests
{
    static byte[][] Files(Folder folder)
    {
        using var generator = Generator.UseDefault(new Generator(3));
        Sequential images = new(
            new Conv2d(2, 30, 3, padding: 1), new BatchNorm2d(30), new ReLU(), new MaxPool2d(2), new Upsample(scaleFactor: 2),
            new AdaptiveAvgPool2d((2, 2)), new Flatten(), new Linear(120, 3), new Softmax(1));
        LSTM lstm = new(2, 20, batchFirst: true);
        OnnxFile.Export(images, [1, 2, 4, 4], folder.File("images.onnx"));
        OnnxFile.Export(lstm, [1, 3, 2], folder.File("lstm.onnx"));
        return [File.ReadAllBytes(folder.File("images.onnx")), File.ReadAllBytes(folder.File("lstm.onnx"))];
    }

    static void Check(int seed, int count)
    {
        using Folder folder = new();
        var files = Files(folder);
        Tensor[] inputs = [Exported.Draw([2, 2, 4, 4], 1), Exported.Draw([2, 3, 2], 1)];
        Random random = new(seed);
        string path = folder.File("changed.onnx");
        int refused = 0, ran = 0;
        for (int i = 0; i < count; i++)
        {
            int which = random.Next(files.Length);
            byte[] changed = Changed(files[which], random);
            File.WriteAllBytes(path, changed);
            var watch = System.Diagnostics.Stopwatch.StartNew();
            long before = GC.GetTotalAllocatedBytes();
            try
            {
                var graph = OnnxFile.Load(path);
                using (Tensor.NoGrad())
                    _ = graph.Run([.. graph.InputNames.Select(_ => inputs[which])]).Sum(static output => output.Length);
                ran++;
            }
            catch (Exception failure) when (failure is InvalidDataException or ArgumentException)
            {
                Assert.True(failure.Message.Length > 10, failure.Message);
                refused++;
            }
            catch (Exception failure)
            {
                File.WriteAllBytes(Path.Combine(Path.GetTempPath(), "ballast-onnx-mutation.onnx"), changed);
                Assert.Fail($"mutation {i} of seed {seed}: {failure}");
            }

            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"mutation {i} of seed {seed} took {watch.Elapsed}");
            long taken = GC.GetTotalAllocatedBytes() - before;
            Assert.True(taken < 4L << 30, $"mutation {i} of seed {seed} took {taken} bytes");
        }

        Assert.True(refused > count / 10 && ran > count / 10, $"{refused} were refused, {ran} ran");
    }

    // A few bytes that are others, a piece that is gone, twice there or from elsewhere, or an end that is missing.
    static byte[] Changed(byte[] file, Random random)
    {
        List<byte> bytes = [.. file];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(bytes.Count), length = Math.Min(random.Next(1, 32), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0 or 1 or 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    if (random.Next(8) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    else
                        bytes[at] = (byte)(bytes[at] + 1);
                    break;
            }

            if (bytes.Count == 0)
                return [];
        }

        return [.. bytes];
    }

    [Fact]
    public void Two_thousand_damaged_files() => Check(1, 2000);

    [EnvironmentFact("BALLAST_ONNX_MUTATIONS")]
    public void As_many_as_were_asked_for() =>
        Check(2, int.Parse(Environment.GetEnvironmentVariable("BALLAST_ONNX_MUTATIONS")!, CultureInfo.InvariantCulture));
}
