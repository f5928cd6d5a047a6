namespace Ballast.Tests.Tensors;

/// <summary>An array in double that is read by position: the plain meaning of views and of element-wise operations.</summary>
sealed class PlainArray(int[] sizes, Func<int[], double> at)
{
    public int[] Sizes => sizes;

    public double At(int[] position) => at(position);

    public static PlainArray Of(ReadOnlySpan<float> values, Shape shape)
    {
        double[] copy = [.. values.ToArray().Select(static value => (double)value)];
        int[] sizes = shape.ToArray();
        return new PlainArray(sizes, position => copy[Flat(position, sizes)]);
    }

    public static int Flat(int[] position, int[] sizes)
    {
        int flat = 0;
        for (int axis = 0; axis < sizes.Length; axis++)
            flat = flat * sizes[axis] + position[axis];
        return flat;
    }

    public static IEnumerable<int[]> Positions(int[] sizes)
    {
        int length = sizes.Aggregate(1, static (a, b) => a * b);
        for (int flat = 0; flat < length; flat++)
        {
            int[] position = new int[sizes.Length];
            for (int axis = sizes.Length - 1, rest = flat; axis >= 0; axis--)
                (position[axis], rest) = (rest % sizes[axis], rest / sizes[axis]);
            yield return position;
        }
    }

    public double[] ToArray() => [.. Positions(sizes).Select(at)];

    public PlainArray Permute(int[] axes) => new([.. axes.Select(axis => sizes[axis])], position =>
    {
        int[] source = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
            source[axes[i]] = position[i];
        return at(source);
    });

    public PlainArray Slice(int axis, int start, int count, int step) => new(
        [.. sizes.Select((size, i) => i == axis ? count : size)],
        position => at([.. position.Select((p, i) => i == axis ? start + p * step : p)]));

    public PlainArray Select(int axis, int index) => new(
        [.. sizes.Where((_, i) => i != axis)], position => at([.. position[..axis], index, .. position[axis..]]));

    public PlainArray Unsqueeze(int axis) => new(
        [.. sizes[..axis], 1, .. sizes[axis..]], position => at([.. position[..axis], .. position[(axis + 1)..]]));

    public PlainArray Expand(int[] wanted) => new(wanted, position =>
    {
        int ahead = wanted.Length - sizes.Length;
        return at([.. sizes.Select((size, i) => size == 1 ? 0 : position[i + ahead])]);
    });

    public PlainArray Unfold(int axis, int size, int step) => new(
        [.. sizes.Select((s, i) => i == axis ? (s - size) / step + 1 : s), size],
        position => at([.. position[..^1].Select((p, i) => i == axis ? p * step + position[^1] : p)]));

    public PlainArray Reshape(int[] wanted)
    {
        double[] all = ToArray();
        return new PlainArray(wanted, position => all[Flat(position, wanted)]);
    }

    public PlainArray Zip(PlainArray other, Func<double, double, double> f)
    {
        int rank = Math.Max(sizes.Length, other.Sizes.Length);
        int[] common = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= sizes.Length ? sizes[^i] : 1, b = i <= other.Sizes.Length ? other.Sizes[^i] : 1;
            common[^i] = a == 1 ? b : a;
        }

        PlainArray x = Expand(common), y = other.Expand(common);
        return new PlainArray(common, position => f(x.At(position), y.At(position)));
    }
}
