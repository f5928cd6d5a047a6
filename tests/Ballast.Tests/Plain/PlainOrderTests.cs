using Ballast.Kernels;

namespace Ballast.Tests.Plain;

/// <summary>Layers whose kernels share their work, with the parts run from the last to the first: what a part writes beyond its own
/// place spoils what is done already.</summary>
public sealed class PlainOrderTests : BackendComparison, IDisposable
{
    readonly ConvolutionAlgorithm algorithm = Compute.Convolution;

    public PlainOrderTests() => Workers.Backwards = true;

    public void Dispose()
    {
        Workers.Backwards = false;
        Compute.Convolution = algorithm;
    }

    void Check(Module module, Shape shape, int seed)
    {
        foreach (var parameter in module.Parameters())
            parameter.CopyFrom(Draw.Floats(parameter.Length, ++seed, -0.7f, 0.9f));
        var before = module.StateDict();
        Check($"{module} of {shape}", t =>
        {
            module.LoadStateDict(before);
            return module.Forward(t[0]);
        }, [Draw.Data(shape, seed), .. module.Parameters()]);
    }

    // An image is cut into several parts, the last of which is rarely whole; strides are wider and narrower than the kernels, and the
    // last rows and columns need not have every place that lies alike to the stride.
    [Theory]
    [InlineData(ConvolutionAlgorithm.Direct)]
    [InlineData(ConvolutionAlgorithm.Fastest)]
    public void Strided_convolutions(ConvolutionAlgorithm used)
    {
        Compute.Convolution = used;
        for (int seed = 0; seed < 24; seed++)
        {
            var random = new Random(seed);
            int groups = random.Next(4) == 0 ? 2 : 1, channels = groups * random.Next(1, 10), outputs = groups * random.Next(1, 4);
            (int, int) kernel = (random.Next(1, 5), random.Next(1, 4)), stride = (random.Next(2, 5), random.Next(1, 4));
            (int, int) padding = (random.Next(kernel.Item1), random.Next(kernel.Item2)), dilation = (random.Next(1, 3), 1);
            // About three parts a plane of 8,192 values of the input each.
            int width = random.Next(6, 40), height = Math.Clamp(random.Next(20_000, 30_000) / (width * channels), 8, 90);
            Check(new Conv2d(channels, outputs, kernel, stride, padding, dilation, groups), [random.Next(1, 3), channels, height, width], 100 * seed);
        }

        Conclude();
    }

    // Lines of several parts along each axis, with zeros among the factors.
    [Fact]
    public void Sums_and_products_along_lines()
    {
        foreach (Shape shape in (Shape[])[[3, 5, 7], [1, 64, 1], [30, 150, 3], [1, 1, 128], [16, 4, 1]])
        {
            for (int axis = 0; axis < 3; axis++)
            {
                float[] values = Draw.Floats(shape.Length, axis, 0.8f, 1.2f);
                values[shape.Length / 2] = 0;
                var x = Tensor.From(values, shape);
                int along = axis;
                Check($"sums along {axis} of {shape}", t => t[0].CumSum(along), x);
                Check($"products along {axis} of {shape}", t => t[0].CumProd(along), x);
                Check($"product along {axis} of {shape}", t => t[0].Prod([along]), x);
            }
        }

        Conclude();
    }
}
