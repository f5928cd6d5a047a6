namespace Ballast.Kernels;

/// <summary>Where the largest value of each window of a pool lies: the place in its channel of the image, row-major.</summary>
static class MaxPoolIndices
{
    /// <summary>Finds them.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, C, D, H, W].</param>
    /// <param name="indices">[N, C, OutD, OutH, OutW].</param>
    public static void Find(in PoolShape shape, ReadOnlySpan<float> x, Span<long> indices)
    {
        int size = shape.D * shape.H * shape.W, windows = shape.OutD * shape.OutH * shape.OutW;
        for (int i = 0; i < indices.Length; i++)
        {
            int window = i % windows;
            var planes = shape.Deep.Window(window / shape.OutW / shape.OutH);
            var rows = shape.Down.Window(window / shape.OutW % shape.OutH);
            indices[i] = Largest(shape, x.Slice(i / windows * size, size), planes, rows, shape.Across.Window(window % shape.OutW));
        }
    }

    // The first of equal ones; what is not a number is larger than all before it.
    static int Largest(in PoolShape shape, ReadOnlySpan<float> x, Taps planes, Taps rows, Taps columns)
    {
        float best = float.NegativeInfinity;
        int found = -1;
        for (int d = planes.First; d < planes.Last; d++)
        {
            for (int i = rows.First; i < rows.Last; i++)
            {
                int row = (planes.Start + d * shape.Deep.Dilation) * shape.H + rows.Start + i * shape.Down.Dilation;
                for (int j = columns.First; j < columns.Last; j++)
                {
                    int place = row * shape.W + columns.Start + j * shape.Across.Dilation;
                    if (found >= 0 && !(x[place] > best) && !float.IsNaN(x[place]))
                        continue;
                    (best, found) = (x[place], place);
                }
            }
        }

        return found;
    }
}
