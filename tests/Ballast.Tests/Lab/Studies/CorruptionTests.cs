using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class CorruptionTests
{
    // scipy.ndimage.gaussian_filter(x, sigma, mode="nearest", truncate=4.0)[[0, 2, 4], [0, 3, 5]], x = arange(30).reshape(5, 6) * 37 % 251 / 255
    [Theory]
    [InlineData(0.4, 0.03941902565158942, 0.20945518135285096, 0.26932419355215853)]
    [InlineData(1.0, 0.23251649179943262, 0.3431574308328993, 0.300586283263235)]
    public void Blur_is_SciPys(double sigma, double first, double middle, double last)
    {
        float[] values = [.. Enumerable.Range(0, 30).Select(static i => i * 37 % 251 / 255f)];
        Corruption.GaussianBlur(values, [1, 5, 6], sigma);
        Assert.Equal([first, middle, last], [values[0], values[2 * 6 + 3], values[4 * 6 + 5]], (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Contrast_goes_towards_each_channels_mean()
    {
        var images = new RandomImages(3, 5);
        var paler = Corruption.Apply(images, "contrast", 5);
        for (int c = 0; c < 3; c++)
        {
            byte[] before = images.Bytes(1).Slice(c * 1024, 1024).ToArray(), after = paler.Bytes(1).Slice(c * 1024, 1024).ToArray();
            double mean = before.Average(static value => (double)value);
            for (int i = 0; i < 1024; i++)
                Assert.InRange(after[i] - ((before[i] - mean) * 0.15 + mean), -1.001, 0.001);
        }
    }

    [Fact]
    public void Noise_has_its_deviation_and_is_the_same_each_time()
    {
        var images = new ConstantImages(128);
        for (int severity = 1; severity <= 5; severity++)
        {
            var noisy = Corruption.Apply(images, "noise", severity);
            double[] values = [.. Enumerable.Range(0, images.Count).SelectMany(i => noisy.Bytes(i).ToArray()).Select(static value => value / 255.0)];
            Assert.Equal(new[] { 0.04, 0.06, 0.08, 0.09, 0.10 }[severity - 1], SampleSummary.Of(values).Deviation!.Value, 0.002);
            Assert.Equal(noisy.Bytes(3).ToArray(), Corruption.Apply(images, "noise", severity).Bytes(3).ToArray());
            Assert.Equal(images.Label(3), noisy.Label(3));
        }
    }

    sealed class ConstantImages(byte value) : ByteDataset
    {
        readonly byte[] bytes = [.. Enumerable.Repeat(value, 3 * 16 * 16)];

        public override int Count => 20;

        public override Shape SampleShape => [3, 16, 16];

        public override int Label(int index) => index % 3;

        public override ReadOnlySpan<byte> Bytes(int index) => bytes;
    }
}
