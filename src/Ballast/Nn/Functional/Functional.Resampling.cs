namespace Ballast;

/// <content>Images of other sizes.</content>
public static partial class Functional
{
    const double Bend = -0.75, BroadBend = -0.5; // of the cubic kernel, and of Pillow's

    /// <summary>Sequences, images or volumes of another size, each value of which is computed from those around its place. PyTorch:
    /// <c>F.interpolate</c>.</summary>
    /// <param name="input">[N, C, L], [N, C, H, W] or [N, C, D, H, W].</param>
    /// <param name="size">The positions of the result on each axis; null where the factor is given.</param>
    /// <param name="scaleFactor">How many times as large the result is, rounded down; null where the size is given.</param>
    /// <param name="mode">How values are computed.</param>
    /// <param name="alignCorners">Whether the outermost values keep their places exactly; of the linear modes and the cubic one.</param>
    /// <param name="recomputeScaleFactor">Whether places follow from the rounded size of the result and not from the factor.</param>
    /// <param name="antialias">Whether a smaller result is computed of all values that it covers, as Pillow does it, and not of those around its
    /// places alone; of <see cref="InterpolateMode.Bilinear"/> and <see cref="InterpolateMode.Bicubic"/>.</param>
    /// <exception cref="ArgumentException">Both or neither of size and factor, a size below 1, a mode for another number of axes, or aligned
    /// corners or antialiasing with another mode.</exception>
    public static Tensor Interpolate(
        Tensor input, PerAxis? size = null, ScaleFactors? scaleFactor = null, InterpolateMode mode = InterpolateMode.Nearest,
        bool? alignCorners = null, bool recomputeScaleFactor = false, bool antialias = false)
    {
        int axes = input.Shape.Rank - 2;
        Throw.Unless(axes is >= 1 and <= 3, $"Interpolate: expected input [N, C, L], [N, C, H, W] or [N, C, D, H, W], got {input.Shape}.");
        Throw.Unless(size is null != scaleFactor is null,
            $"Interpolate: expected either a size or a scale factor, got {(size is null ? "neither" : "both")}.");
        Throw.Unless(Fits(mode, axes), $"Interpolate: {mode} is of {Taken(mode)}, got {input.Shape}.");
        bool smooth = mode is InterpolateMode.Linear or InterpolateMode.Bilinear or InterpolateMode.Trilinear or InterpolateMode.Bicubic;
        Throw.Unless(alignCorners is null || smooth, $"Interpolate: alignCorners is of the linear and the cubic modes, got {mode}.");
        Throw.Unless(!antialias || mode is InterpolateMode.Bilinear or InterpolateMode.Bicubic,
            $"Interpolate: antialias is of Bilinear and Bicubic, got {mode}.");
        Throw.Unless(!recomputeScaleFactor || scaleFactor is not null, $"Interpolate: recomputeScaleFactor needs a scale factor.");
        Throw.Unless((size?.Fits(axes, 1) ?? true) && (scaleFactor?.Fits(axes) ?? true),
            $"Interpolate: expected sizes of at least 1, or factors above 0, for each of {axes} axes, got "
                + $"{size?.ToString() ?? scaleFactor.ToString()}.");
        var sizes = size ?? PerAxis.Of(axes, axis => (int)Math.Floor(input.Shape[2 + axis] * scaleFactor!.Value[axis]));
        Throw.Unless(sizes.Fits(axes, 1), $"Interpolate: of {input.Shape} nothing is left with a size of {sizes}. Use a larger factor.");
        Throw.Unless(input.Length > 0 || input.Shape[0] == 0,
            $"Interpolate: {input.Shape} has no values to compute others of. The batch alone can be empty.");
        if (mode == InterpolateMode.Area)
        {
            return axes switch
            {
                1 => Functional.AdaptiveAvgPool1d(input, sizes[0]),
                2 => Functional.AdaptiveAvgPool2d(input, (sizes[0], sizes[1])),
                _ => Functional.AdaptiveAvgPool3d(input, (sizes[0], sizes[1], sizes[2])),
            };
        }

        var factors = recomputeScaleFactor ? null : scaleFactor;
        for (int axis = axes - 1; axis >= 0; axis--)
            input = Resample(input, 2 + axis, sizes[axis], 1 / factors?[axis], mode, alignCorners ?? false, antialias);
        return input;
    }

    static bool Fits(InterpolateMode mode, int axes) => mode switch
    {
        InterpolateMode.Linear => axes == 1,
        InterpolateMode.Bilinear or InterpolateMode.Bicubic => axes == 2,
        InterpolateMode.Trilinear => axes == 3,
        _ => true,
    };

    static string Taken(InterpolateMode mode) => mode switch
    {
        InterpolateMode.Linear => "sequences [N, C, L]",
        InterpolateMode.Trilinear => "volumes [N, C, D, H, W]",
        _ => "images [N, C, H, W]",
    };

    // One axis with another number of positions; step is from one to the next in the input, where it is given.
    static Tensor Resample(Tensor x, int axis, int size, double? step, InterpolateMode mode, bool alignCorners, bool antialias)
    {
        int length = x.Shape[axis];
        if (mode is InterpolateMode.Nearest or InterpolateMode.NearestExact)
            return size == length ? x : x.IndexSelect(axis, Nearest(length, size, step, mode == InterpolateMode.NearestExact));
        bool cubic = mode == InterpolateMode.Bicubic;
        double apart = alignCorners ? (size > 1 ? (double)(length - 1) / (size - 1) : 0) : step ?? (double)length / size;
        var (places, weights) = antialias ? Covered(length, size, apart, cubic) : Around(length, size, apart, cubic, alignCorners);
        Span<int> along = [1, 1, 1, 1, 1];
        along[axis] = size;
        Tensor? sum = null;
        for (int tap = 0; tap < places.Length; tap++)
        {
            var part = x.IndexSelect(axis, Tensor.FromInt64(places[tap])) * Tensor.From(weights[tap], new Shape(along[..x.Shape.Rank]));
            sum = sum is null ? part : sum + part;
        }

        return sum!;
    }

    static (long[][] Places, float[][] Weights) Taps(int taps, int size) =>
        ([.. Enumerable.Range(0, taps).Select(_ => new long[size])], [.. Enumerable.Range(0, taps).Select(_ => new float[size])]);

    // The two or four values around each place, and how much of each there is.
    static (long[][] Places, float[][] Weights) Around(int length, int size, double apart, bool cubic, bool alignCorners)
    {
        int taps = cubic ? 4 : 2;
        var (places, weights) = Taps(taps, size);
        for (int i = 0; i < size; i++)
        {
            double at = alignCorners ? apart * i : apart * (i + 0.5) - 0.5;
            at = cubic ? at : Math.Max(0, at);
            int first = (int)Math.Floor(at);
            for (int tap = 0; tap < taps; tap++)
            {
                int place = first + tap - (cubic ? 1 : 0);
                places[tap][i] = Math.Clamp(place, 0, length - 1);
                double distance = Math.Abs(at - place);
                weights[tap][i] = (float)(cubic ? Cubic(distance, Bend) : 1 - distance);
            }
        }

        return (places, weights);
    }

    // The values that a result covers, weighed by the kernel stretched to the distance of results, which is never made narrower. Past the edges
    // there is nothing; weights are divided by their sum.
    static (long[][] Places, float[][] Weights) Covered(int length, int size, double apart, bool cubic)
    {
        double stretch = Math.Max(apart, 1), reach = (cubic ? 2 : 1) * stretch;
        var (places, weights) = Taps((int)Math.Ceiling(reach) * 2 + 1, size);
        for (int i = 0; i < size; i++)
        {
            double middle = apart * (i + 0.5), sum = 0;
            int first = Math.Max((int)(middle - reach + 0.5), 0), last = Math.Min((int)(middle + reach + 0.5), length);
            double Weight(int place)
            {
                double distance = Math.Abs(place - middle + 0.5) / stretch;
                return cubic ? distance < 2 ? Cubic(distance, BroadBend) : 0 : Math.Max(0, 1 - distance);
            }

            for (int place = first; place < last; place++)
                sum += Weight(place);
            for (int tap = 0; tap < places.Length; tap++)
            {
                places[tap][i] = Math.Clamp(first + tap, 0, length - 1);
                weights[tap][i] = first + tap < last ? (float)(Weight(first + tap) / sum) : 0;
            }
        }

        return (places, weights);
    }

    // In single precision, as PyTorch finds them.
    static Tensor Nearest(int length, int size, double? step, bool exact)
    {
        float apart = (float)(step ?? (float)length / size);
        long[] places = new long[size];
        for (int i = 0; i < size; i++)
            places[i] = !exact && size == 2 * length ? i / 2 : Math.Min((long)MathF.Floor((exact ? i + 0.5f : i) * apart), length - 1);
        return Tensor.FromInt64(places);
    }

    // Keys 1981.
    static double Cubic(double x, double bend) => x <= 1
        ? ((bend + 2) * x - (bend + 3)) * x * x + 1
        : ((bend * x - 5 * bend) * x + 8 * bend) * x - 4 * bend;

    /// <summary>Channels as pixels: [..., C r r, H, W] becomes [..., C, H r, W r]. Shi et al. 2016. PyTorch: <c>F.pixel_shuffle</c>.</summary>
    /// <exception cref="ArgumentException">Not images, or channels that r r does not divide.</exception>
    public static Tensor PixelShuffle(Tensor input, int upscaleFactor)
    {
        var s = input.Shape;
        int r = upscaleFactor;
        Throw.Unless(s.Rank >= 3 && r > 0 && s[^3] % ((long)r * r) == 0,
            $"PixelShuffle: expected input [..., C {r} {r}, H, W], got {s}.");
        int channels = s[^3] / (r * r);
        return input.Reshape(Ahead(s), channels, r, r, s[^2], s[^1]).Permute(0, 1, 4, 2, 5, 3)
            .Reshape([.. s.ToArray()[..^3], channels, s[^2] * r, s[^1] * r]);
    }

    /// <summary>Pixels as channels: [..., C, H r, W r] becomes [..., C r r, H, W]. PyTorch: <c>F.pixel_unshuffle</c>.</summary>
    /// <exception cref="ArgumentException">Not images, or rows or columns that r does not divide.</exception>
    public static Tensor PixelUnshuffle(Tensor input, int downscaleFactor)
    {
        var s = input.Shape;
        int r = downscaleFactor;
        Throw.Unless(s.Rank >= 3 && r > 0 && s[^2] % r == 0 && s[^1] % r == 0,
            $"PixelUnshuffle: expected input [..., C, H {r}, W {r}], got {s}.");
        return input.Reshape(Ahead(s), s[^3], s[^2] / r, r, s[^1] / r, r).Permute(0, 1, 3, 5, 2, 4)
            .Reshape([.. s.ToArray()[..^3], s[^3] * r * r, s[^2] / r, s[^1] / r]);
    }

    // How many images [C, H, W] there are on the axes ahead of them.
    static int Ahead(Shape shape)
    {
        int images = 1;
        for (int axis = 0; axis < shape.Rank - 3; axis++)
            images *= shape[axis];
        return images;
    }

    /// <summary>Channels of all groups in turn: channel g of group i becomes channel i of group g. Zhang et al. 2018. PyTorch:
    /// <c>F.channel_shuffle</c>.</summary>
    /// <exception cref="ArgumentException">Not [N, C, ...], or groups that do not divide the channels.</exception>
    public static Tensor ChannelShuffle(Tensor input, int groups)
    {
        var s = input.Shape;
        Throw.Unless(s.Rank >= 3 && groups > 0 && s[1] % groups == 0,
            $"ChannelShuffle: expected input [N, C, ...] with channels that {groups} groups divide, got {s}.");
        return input.Unflatten(1, groups, s[1] / groups).Transpose(1, 2).Reshape(s);
    }
}
