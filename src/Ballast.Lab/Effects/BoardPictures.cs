namespace Ballast.Lab;

/// <summary>Pictures of a run for TensorBoard, [C, H, W] with values from 0 to 1; null where there is nothing that looks like a picture.
/// </summary>
static class BoardPictures
{
    const int Most = 16, Units = 64, Gap = 1;

    /// <summary>The first images of a dataset side by side, as they are before they are standardized.</summary>
    public static Tensor? Inputs(Dataset data, ChannelScale? scale)
    {
        var shape = data.SampleShape;
        if (!IsPicture(shape) || data.Count == 0)
            return null;
        var pictures = new List<float[]>();
        for (int i = 0; i < Math.Min(Most, data.Count); i++)
        {
            float[] values = new float[shape.Length];
            data.Read(i, values);
            for (int at = 0; scale is not null && at < values.Length; at++)
            {
                int channel = at / (shape[1] * shape[2]);
                values[at] = values[at] * scale.Std[channel] + scale.Mean[channel];
            }

            pictures.Add(values);
        }

        return Grid(pictures, shape, 0);
    }

    /// <summary>The weights of the first layer, a picture for each unit: grey where a weight is 0, white and black where it is the layer's
    /// largest. Of a linear layer that sees whole images, or a convolution of images.</summary>
    public static Tensor? Weights(Module network, Shape sample)
    {
        if (network.NamedModules().Select(static entry => entry.Module).FirstOrDefault(static module => module is Linear or Conv2d) is not { } layer
            || layer.Parameters().FirstOrDefault(static parameter => parameter.Shape.Rank > 1) is not { } weight)
            return null;
        var shape = weight.Shape.Rank == 4 ? new Shape([weight.Shape[1], weight.Shape[2], weight.Shape[3]]) : sample;
        if (!IsPicture(shape) || weight.Shape.Length != weight.Shape[0] * shape.Length)
            return null;
        float[] values = weight.ToArray();
        float largest = values.Max(MathF.Abs);
        if (!(largest > 0 && float.IsFinite(largest)))
            return null;
        return Grid([.. Enumerable.Range(0, Math.Min(Units, weight.Shape[0])).Select(unit =>
            Array.ConvertAll(values[(unit * shape.Length)..((unit + 1) * shape.Length)], value => 0.5f + value / largest / 2))], shape, 0.5f);
    }

    static bool IsPicture(Shape shape) => shape.Rank == 3 && shape[0] is 1 or 3 && shape.Length > 0;

    static Tensor Grid(List<float[]> pictures, Shape shape, float ground)
    {
        int across = (int)Math.Ceiling(Math.Sqrt(pictures.Count)), down = (pictures.Count + across - 1) / across;
        var (channels, height, width) = (shape[0], shape[1], shape[2]);
        int wide = across * (width + Gap) - Gap, high = down * (height + Gap) - Gap;
        float[] values = new float[channels * high * wide];
        Array.Fill(values, ground);
        for (int i = 0; i < pictures.Count; i++)
        {
            int top = i / across * (height + Gap), left = i % across * (width + Gap);
            for (int row = 0; row < channels * height; row++)
            {
                var (channel, y) = (row / height, row % height);
                pictures[i].AsSpan(row * width, width).CopyTo(values.AsSpan(((channel * high) + top + y) * wide + left));
            }
        }

        return Tensor.From(values, [channels, high, wide]);
    }
}
