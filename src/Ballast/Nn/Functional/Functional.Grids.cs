namespace Ballast;

/// <content>Images read at places that a network computes: spatial transformers, warps by an optical flow.</content>
public static partial class Functional
{
    /// <summary>The values of images or volumes at given places between their values. PyTorch: <c>F.grid_sample</c>.</summary>
    /// <param name="input">[N, C, H, W] or [N, C, D, H, W].</param>
    /// <param name="grid">[N, H', W', 2]: the place (x, y) of each value of the result, x along the width, from -1 at one end to 1 at the other;
    /// of volumes [N, D', H', W', 3], (x, y, z).</param>
    /// <param name="mode">How a value is computed: <see cref="InterpolateMode.Nearest"/>, <see cref="InterpolateMode.Bilinear"/> (of volumes
    /// <see cref="InterpolateMode.Trilinear"/> says the same) or, of images, <see cref="InterpolateMode.Bicubic"/>.</param>
    /// <param name="paddingMode">What lies outside: zeros (<see cref="PadMode.Constant"/>), the outermost values
    /// (<see cref="PadMode.Replicate"/>) or the image mirrored (<see cref="PadMode.Reflect"/>). PyTorch: <c>"zeros"</c>, <c>"border"</c>,
    /// <c>"reflection"</c>.</param>
    /// <param name="alignCorners">Whether -1 and 1 are the middles of the outermost values, and not their outer edges.</param>
    /// <returns>[N, C, H', W'] or [N, C, D', H', W'], with gradients for both inputs.</returns>
    /// <exception cref="ArgumentException">Shapes that do not go together, an input without values, a mode that is not of them, or a place that is
    /// not finite.</exception>
    public static Tensor GridSample(
        Tensor input, Tensor grid, InterpolateMode mode = InterpolateMode.Bilinear, PadMode paddingMode = PadMode.Constant, bool alignCorners = false)
    {
        int axes = input.Shape.Rank - 2;
        Throw.Unless(axes is 2 or 3 && grid.Shape.Rank == axes + 2 && grid.Shape[0] == input.Shape[0] && grid.Shape[^1] == axes,
            $"GridSample: expected images [N, C, H, W] with a grid [N, H', W', 2] or volumes [N, C, D, H, W] with a grid [N, D', H', W', 3], got "
                + $"{input.Shape} and {grid.Shape}.");
        bool isLinear = mode == InterpolateMode.Bilinear || (mode == InterpolateMode.Trilinear && axes == 3);
        Throw.Unless(isLinear || mode == InterpolateMode.Nearest || (mode == InterpolateMode.Bicubic && axes == 2),
            $"GridSample: expected Nearest, Bilinear or, of images, Bicubic, got {mode} for {input.Shape}.");
        Throw.Unless(paddingMode != PadMode.Circular, $"GridSample: expected the padding Constant, Replicate or Reflect, got {paddingMode}.");
        int values = input.Shape.Length / Math.Max(1, input.Shape[0] * input.Shape[1]);
        Throw.Unless(values > 0 || input.Shape[0] * input.Shape[1] == 0, $"GridSample: {input.Shape} has no values to read.");
        int count = grid.Shape[0] == 0 ? 0 : grid.Length / grid.Shape[0] / axes;
        int[] sizes = [input.Shape[0], input.Shape[1], .. grid.Shape.ToArray()[1..^1]];
        if (count == 0 || values == 0)
            return Tensor.Zeros(new Shape(sizes));
        RequireFinite(grid);
        var places = grid.Reshape(input.Shape[0], count, axes);
        var around = new (Tensor Position, Tensor Weight)[axes][];
        for (int axis = 0; axis < axes; axis++)
        {
            int size = input.Shape[2 + axis];
            var place = places.Select(2, axes - 1 - axis);
            place = alignCorners ? (place + 1) * (0.5 * (size - 1)) : ((place + 1) * size - 1) * 0.5;
            around[axis] = mode == InterpolateMode.Bicubic
                ? Cubic(place, size, paddingMode, alignCorners)
                : Neighbours(Inside(place, size, paddingMode, alignCorners), size, isLinear);
        }

        return Joined(input.Flatten(2), around, input.Shape).Reshape(sizes);
    }

    /// <summary>The grid that an affine map of each sample reads an image of a given shape by. PyTorch: <c>F.affine_grid</c>.</summary>
    /// <param name="theta">[N, 2, 3], or [N, 3, 4] of volumes: what (x, y, 1) or (x, y, z, 1) is multiplied by.</param>
    /// <param name="size">The shape of the result of <see cref="GridSample"/>: [N, C, H, W] or [N, C, D, H, W].</param>
    /// <param name="alignCorners">Whether -1 and 1 are the middles of the outermost values, and not their outer edges.</param>
    /// <returns>[N, H, W, 2] or [N, D, H, W, 3].</returns>
    /// <exception cref="ArgumentException">Shapes that do not go together.</exception>
    public static Tensor AffineGrid(Tensor theta, Shape size, bool alignCorners = false)
    {
        int axes = size.Rank - 2;
        Throw.Unless(axes is 2 or 3 && theta.Shape.Rank == 3 && theta.Shape[0] == size[0] && theta.Shape[1] == axes && theta.Shape[2] == axes + 1,
            $"AffineGrid: expected theta [N, 2, 3] with a size [N, C, H, W], or [N, 3, 4] with [N, C, D, H, W], got {theta.Shape} and {size}.");
        var ends = new Tensor[axes];
        for (int axis = 0; axis < axes; axis++)
        {
            int count = size[2 + axis];
            double end = alignCorners ? 1 : (count - 1.0) / Math.Max(1, count);
            ends[axis] = count == 1 ? Tensor.Zeros([1]) : Tensor.Linspace(-end, end, count);
        }

        var places = Tensor.Meshgrid(ends);
        Array.Reverse(places);
        var all = Tensor.Stack([.. places, Tensor.Ones(places[0].Shape)], axes).Reshape(places[0].Length, axes + 1);
        int[] sizes = [size[0], .. size.ToArray()[2..], axes];
        return all.MatMul(theta.Transpose(1, 2)).Reshape(sizes);
    }

    static void RequireFinite(Tensor grid)
    {
        var places = grid.Detach().AsSpan();
        for (int i = 0; i < places.Length; i++)
        {
            Throw.Unless(float.IsFinite(places[i]),
                $"GridSample: expected finite places, got {places[i]} at {grid.Shape.Position(i)} of a grid {grid.Shape}.");
        }
    }

    // The values at each combination of positions, with the product of their weights.
    static Tensor Joined(Tensor values, (Tensor Position, Tensor Weight)[][] around, Shape shape)
    {
        (Tensor Position, Tensor Weight)[] all = around[0];
        for (int axis = 1; axis < around.Length; axis++)
        {
            int size = shape[2 + axis];
            all = [.. all.SelectMany(_ => around[axis],
                (outer, inner) => (outer.Position * size + inner.Position, outer.Weight * inner.Weight))];
        }

        Tensor? sum = null;
        foreach (var (position, weight) in all)
        {
            var term = values.Gather(2, position.Unsqueeze(1).Expand(shape[0], shape[1], position.Shape[1])) * weight.Unsqueeze(1);
            sum = sum is null ? term : sum + term;
        }

        return sum!;
    }

    // A place brought into the image where what lies outside is one of its values.
    static Tensor Inside(Tensor place, int size, PadMode padding, bool alignCorners) => padding switch
    {
        PadMode.Replicate => place.Clamp(0, size - 1),
        PadMode.Reflect => Reflected(place, size, alignCorners).Clamp(0, size - 1),
        _ => place,
    };

    // Mirrored at the middles of the outermost values, or at their outer edges, until it lies between.
    static Tensor Reflected(Tensor place, int size, bool alignCorners)
    {
        double least = alignCorners ? 0 : -0.5, span = alignCorners ? size - 1 : size;
        if (span == 0)
            return place * 0;
        var distance = (place - least).Abs();
        var times = (distance / span).Floor().Detach();
        var rest = distance - times * span;
        var isOdd = (times - (times * 0.5).Floor() * 2).EqualTo(1);
        return Tensor.Where(isOdd, span - rest, rest) + least;
    }

    // One or two neighbours of a place along an axis.
    static (Tensor Position, Tensor Weight)[] Neighbours(Tensor place, int size, bool isLinear)
    {
        if (!isLinear)
            return [Position(place.Round().Detach(), Tensor.OnesLike(place), size)];
        var below = place.Floor().Detach();
        var share = place - below;
        return [Position(below, 1 - share, size), Position(below + 1, share, size)];
    }

    static (Tensor Position, Tensor Weight)[] Cubic(Tensor place, int size, PadMode padding, bool alignCorners)
    {
        var first = place.Floor().Detach();
        var share = place - first;
        var taps = new (Tensor, Tensor)[4];
        for (int tap = 0; tap < 4; tap++)
        {
            var distance = tap < 2 ? share + (1 - tap) : tap - 1 - share;
            var weight = tap is 1 or 2
                ? ((Bend + 2) * distance - (Bend + 3)) * distance * distance + 1
                : ((Bend * distance - 5 * Bend) * distance + 8 * Bend) * distance - 4 * Bend;
            taps[tap] = Position(Inside(first + (tap - 1), size, padding, alignCorners), weight, size);
        }

        return taps;
    }

    // A whole place as an index; what lies outside weighs nothing.
    static (Tensor Position, Tensor Weight) Position(Tensor place, Tensor weight, int size)
    {
        var inside = place.Clamp(0, size - 1);
        return (inside.To(ElementType.Int64), weight * inside.EqualTo(place).To(ElementType.Float32));
    }
}
