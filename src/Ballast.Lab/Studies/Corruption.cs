namespace Ballast.Lab;

/// <summary>Corrupted images as CIFAR-10-C has them (Hendrycks &amp; Dietterich 2019, <c>make_cifar_c.py</c>), at severities 1 to 5:
/// Gaussian noise, Gaussian blur and lack of contrast. Values are shares of 255, kept within 0 and 1, and cut to whole bytes.
/// </summary>
static class Corruption
{
    static readonly double[] Noise = [0.04, 0.06, 0.08, 0.09, 0.10];
    static readonly double[] Blur = [0.4, 0.6, 0.7, 0.8, 1];
    static readonly double[] Contrast = [0.75, 0.5, 0.4, 0.3, 0.15];

    /// <summary>How strong they get.</summary>
    public const int Severities = 5;

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["noise", "blur", "contrast"];

    /// <summary>Corrupts images of shape [C, H, W].</summary>
    /// <param name="images">The images.</param>
    /// <param name="name">How.</param>
    /// <param name="severity">How strongly, 1 to 5.</param>
    public static ByteDataset Apply(ByteDataset images, string name, int severity)
    {
        if (images.SampleShape.Rank != 3)
            throw new ArgumentException($"Corruptions are made for images of shape [C, H, W], got samples of {images.SampleShape}.");
        int size = images.SampleShape.Length;
        byte[] corrupted = new byte[(long)images.Count * size];
        // The same noise in every trial and for every network.
        var generator = new Generator(severity);
        float[] values = new float[size];
        for (int i = 0; i < images.Count; i++)
        {
            images.Read(i, values);
            switch (name)
            {
                case "noise":
                    float[] noise = new float[size];
                    generator.Normal(noise, 0, (float)Noise[severity - 1]);
                    for (int k = 0; k < size; k++)
                        values[k] += noise[k];
                    break;
                case "blur":
                    GaussianBlur(values, images.SampleShape, Blur[severity - 1]);
                    break;
                default:
                    LowerContrast(values, images.SampleShape, Contrast[severity - 1]);
                    break;
            }

            for (int k = 0; k < size; k++)
                corrupted[i * size + k] = (byte)(Math.Clamp(values[k], 0, 1) * 255);
        }

        return new CorruptedImages(images, corrupted);
    }

    static void LowerContrast(float[] values, Shape shape, double factor)
    {
        int plane = shape[1] * shape[2];
        for (int c = 0; c < shape[0]; c++)
        {
            var channel = values.AsSpan(c * plane, plane);
            double mean = 0;
            foreach (float value in channel)
                mean += value;
            mean /= plane;
            foreach (ref float value in channel)
                value = (float)((value - mean) * factor + mean);
        }
    }

    // Rows, then columns; beyond the edge the last value goes on. The kernel ends at four standard deviations.
    internal static void GaussianBlur(float[] values, Shape shape, double sigma)
    {
        int radius = (int)(4 * sigma + 0.5), height = shape[1], width = shape[2];
        double[] kernel = [.. Enumerable.Range(-radius, 2 * radius + 1).Select(k => Math.Exp(-0.5 * k * k / (sigma * sigma)))];
        double sum = kernel.Sum();
        double[] from = Array.ConvertAll(values, static value => (double)value), to = new double[values.Length];
        Pass(height, width);
        (from, to) = (to, from);
        Pass(width, 1);
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)to[i];

        void Pass(int length, int stride)
        {
            for (int i = 0; i < from.Length; i++)
            {
                int at = i / stride % length;
                double total = 0;
                for (int k = -radius; k <= radius; k++)
                    total += kernel[k + radius] * from[i + (Math.Clamp(at + k, 0, length - 1) - at) * stride];
                to[i] = total / sum;
            }
        }
    }

    sealed class CorruptedImages(ByteDataset source, byte[] bytes) : ByteDataset
    {
        readonly int size = source.SampleShape.Length;

        public override int Count => source.Count;

        public override Shape SampleShape => source.SampleShape;

        public override IReadOnlyList<string> ClassNames => source.ClassNames;

        public override int Label(int index) => source.Label(index);

        public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(index * size, size);
    }
}
