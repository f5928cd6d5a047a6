using Ballast.Kernels;

namespace Ballast;

/// <summary>Convolution kernels that whiten the small patches of images: the eigenvectors of the patches' second moments, each
/// divided by the root of its eigenvalue, so that what the kernels find in a patch is uncorrelated and of one size; then the
/// same with the other sign, for an activation that passes one sign only. Page 2018, "How to train your ResNet 8".</summary>
static class Whitening
{
    /// <summary>Computes the kernels: w[i] = v[i] / sqrt(e[i] + epsilon) with e[0] the largest eigenvalue, and
    /// w[i + n] = -w[i], for the n = C kernel kernel values of a patch.</summary>
    /// <param name="images">[N, C, H, W].</param>
    /// <param name="kernel">The rows and columns of a patch.</param>
    /// <param name="epsilon">Added to the eigenvalues: directions in which patches hardly differ are noise.</param>
    /// <param name="weight">Takes the kernels: [2 n, C, kernel, kernel].</param>
    public static void Compute(Tensor images, int kernel, double epsilon, Span<float> weight)
    {
        int n = images.Shape[1] * kernel * kernel;
        double[] moments = new double[n * n], values = new double[n], vectors = new double[n * n];
        Moments(images, kernel, moments);
        SymmetricEigen.Decompose(moments, values, vectors);
        for (int i = 0; i < n; i++)
        {
            double scale = Kernels.Deviations.Inverse(Math.Max(0, values[i]) + epsilon);
            for (int j = 0; j < n; j++)
            {
                float value = (float)(vectors[i * n + j] * scale);
                weight[i * n + j] = value;
                weight[(i + n) * n + j] = -value;
            }
        }
    }

    // The mean of p p^T over the patches p of all images.
    static void Moments(Tensor images, int kernel, double[] moments)
    {
        int channels = images.Shape[1], height = images.Shape[2], width = images.Shape[3], n = channels * kernel * kernel;
        int rows = height - kernel + 1, columns = width - kernel + 1;
        var values = images.AsSpan();
        for (int image = 0; image < images.Shape[0]; image++)
        {
            var one = values.Slice(image * channels * height * width, channels * height * width);
            for (int i = 0; i < n; i++)
            {
                for (int j = i; j < n; j++)
                    moments[i * n + j] += Product(one[Start(i)..], one[Start(j)..], rows, columns, width);
            }
        }

        double count = (double)images.Shape[0] * rows * columns;
        for (int i = 0; i < n; i++)
        {
            for (int j = i; j < n; j++)
                moments[i * n + j] = moments[j * n + i] = moments[i * n + j] / count;
        }

        int Start(int place) =>
            place / (kernel * kernel) * height * width + place / kernel % kernel * width + place % kernel;
    }

    static double Product(ReadOnlySpan<float> x, ReadOnlySpan<float> y, int rows, int columns, int pitch)
    {
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            var first = x.Slice(row * pitch, columns);
            var second = y.Slice(row * pitch, columns);
            for (int column = 0; column < first.Length; column++)
                sum += (double)first[column] * second[column];
        }

        return sum;
    }
}
