namespace Ballast;

/// <content>The same values under other shapes, repeated, rolled round.</content>
public partial class Tensor
{
    /// <summary>The same values, in the same order, under other sizes, of which one may be -1: what the others leave over. Nothing is
    /// copied unless the strides of a view cannot be kept. PyTorch: <c>reshape</c>.</summary>
    /// <exception cref="ArgumentException">Sizes of another number of values, or several of -1.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public Tensor Reshape(params ReadOnlySpan<int> sizes) => Reshape(Resolved(nameof(Reshape), sizes, Length, Shape));

    // The sizes with what they leave over of a length in place of -1.
    static Shape Resolved(string name, ReadOnlySpan<int> sizes, int length, Shape of)
    {
        int open = sizes.IndexOf(-1);
        if (open < 0)
            return new Shape(sizes);
        Throw.Unless(!sizes[(open + 1)..].Contains(-1), $"{name}: {Shape.Describe(sizes)} leaves open several sizes. One alone can be -1.");
        long others = 1;
        for (int i = 0; i < sizes.Length; i++)
            others *= i == open ? 1 : sizes[i];
        Throw.Unless(others != 0, $"{name}: {Shape.Describe(sizes)} has no values whatever -1 stands for. Give every size.");
        Throw.Unless(others > 0 && length % others == 0, $"{name}: {Shape.Describe(sizes)} does not divide the {length} values of {of}.");
        Span<int> filled = stackalloc int[sizes.Length];
        sizes.CopyTo(filled);
        filled[open] = (int)(length / others);
        return new Shape(filled);
    }

    /// <summary>The axes from one to another as one axis: [2, 3, 4, 5] flattened from 1 to 2 is [2, 12, 5]. A tensor without axes becomes
    /// [1]. PyTorch: <c>flatten</c>.</summary>
    /// <exception cref="ArgumentException">There are no such axes, or the first comes after the last.</exception>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        if (Shape.Rank == 0)
            return Reshape(1);
        int first = Axis(nameof(Flatten), start), last = Axis(nameof(Flatten), end);
        Throw.Unless(first <= last, $"Flatten: axis {start} comes after axis {end} in {Shape}.");
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        Shape.CopyTo(sizes);
        for (int axis = first + 1; axis <= last; axis++)
            sizes[first] *= sizes[axis];
        sizes[(last + 1)..Shape.Rank].CopyTo(sizes[(first + 1)..]);
        return Reshape(new Shape(sizes[..(Shape.Rank - last + first)]));
    }

    /// <summary>An axis as several, of which one size may be -1: what the others leave over. PyTorch: <c>unflatten</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or the sizes are of another number of positions.</exception>
    public Tensor Unflatten(int axis, params ReadOnlySpan<int> sizes)
    {
        axis = Axis(nameof(Unflatten), axis);
        var parts = Resolved(nameof(Unflatten), sizes, Shape[axis], [Shape[axis]]);
        Throw.Unless(parts.Length == Shape[axis], $"Unflatten: {parts} has {parts.Length} positions, axis {axis} of {Shape} has {Shape[axis]}.");
        int[] all = Shape.ToArray();
        return Reshape(new Shape([.. all[..axis], .. parts.ToArray(), .. all[(axis + 1)..]]));
    }

    /// <summary>The tensor side by side with itself, so many times on each axis; new axes are in front. PyTorch: <c>repeat</c>.</summary>
    /// <exception cref="ArgumentException">Fewer numbers than axes, or one below 0.</exception>
    public Tensor Repeat(params ReadOnlySpan<int> times)
    {
        Throw.Unless(times.Length >= Shape.Rank,
            $"Repeat: expected a number for each of the {Shape.Rank} axes of {Shape} at least, got {Shape.Describe(times)}. Tile takes fewer.");
        Throw.Unless(!times.ContainsAnyExceptInRange(0, int.MaxValue), $"Repeat: expected numbers of 0 or more, got {Shape.Describe(times)}.");
        var repeated = this;
        while (repeated.Shape.Rank < times.Length)
            repeated = repeated.Unsqueeze(0);
        for (int axis = 0; axis < times.Length; axis++)
            repeated = times[axis] == 1 ? repeated : repeated.Copies(axis, axis, times[axis]);
        return repeated;
    }

    /// <summary>The tensor side by side with itself, so many times on each of the last axes. PyTorch: <c>tile</c>.</summary>
    /// <exception cref="ArgumentException">A number below 0.</exception>
    public Tensor Tile(params ReadOnlySpan<int> times)
    {
        Span<int> all = stackalloc int[Math.Max(times.Length, Shape.Rank)];
        all.Fill(1);
        times.CopyTo(all[^times.Length..]);
        return Repeat(all);
    }

    /// <summary>Each position of an axis so many times, one after the other: a, a, b, b. PyTorch: <c>repeat_interleave</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or a number below 0.</exception>
    public Tensor RepeatInterleave(int repeats, int axis)
    {
        axis = Axis(nameof(RepeatInterleave), axis);
        Throw.Unless(repeats >= 0, $"RepeatInterleave: expected a number of 0 or more, got {repeats}.");
        return Copies(axis, axis + 1, repeats);
    }

    /// <summary>Each position of an axis as often as its own number says. PyTorch: <c>repeat_interleave</c>.</summary>
    /// <param name="repeats">How often each: int64, of the axis's size.</param>
    /// <param name="axis">The axis.</param>
    /// <exception cref="ArgumentException">There is no such axis, or the numbers are not int64 of its size, or one is below 0.</exception>
    public Tensor RepeatInterleave(Tensor repeats, int axis)
    {
        axis = Axis(nameof(RepeatInterleave), axis);
        TypedOperations.RequireIndex(nameof(RepeatInterleave), repeats, "numbers");
        Throw.Unless(repeats.Shape == [Shape[axis]],
            $"RepeatInterleave: expected a number for each of the {Shape[axis]} positions of axis {axis} of {Shape}, got {repeats.Shape}.");
        List<long> positions = [];
        var times = repeats.AsSpan<long>();
        for (int i = 0; i < times.Length; i++)
        {
            Throw.Unless(times[i] >= 0, $"RepeatInterleave: expected numbers of 0 or more, got {times[i]} at {i}.");
            for (long k = 0; k < times[i]; k++)
                positions.Add(i);
        }

        return IndexSelect(axis, FromInt64([.. positions], [positions.Count]));
    }

    // An axis with copies of itself around it, or of each of its positions, as one axis.
    Tensor Copies(int axis, int place, int times)
    {
        int[] sizes = Unsqueeze(place).Shape.ToArray();
        sizes[place] = times;
        return Unsqueeze(place).ExpandTo(new Shape(sizes)).Flatten(axis, axis + 1);
    }

    /// <summary>Positions moved up an axis, those at its end to its beginning. PyTorch: <c>roll</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor Roll(int shift, int axis)
    {
        axis = Axis(nameof(Roll), axis);
        int size = Shape[axis], up = size == 0 ? 0 : (shift % size + size) % size;
        return up == 0 ? this : Concat([Narrow(axis, size - up, up), Narrow(axis, 0, size - up)], axis);
    }

    /// <summary>Positions moved up several axes. PyTorch: <c>roll</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or not a shift for each.</exception>
    public Tensor Roll(ReadOnlySpan<int> shifts, ReadOnlySpan<int> axes)
    {
        Throw.Unless(shifts.Length == axes.Length, $"Roll: expected a shift for each axis, got {Shape.Describe(shifts)} for {Shape.Describe(axes)}.");
        var rolled = this;
        for (int i = 0; i < axes.Length; i++)
            rolled = rolled.Roll(shifts[i], axes[i]);
        return rolled;
    }

    /// <summary>All values moved up in row-major sequence, those at its end to its beginning. PyTorch: <c>roll</c>.</summary>
    public Tensor Roll(int shift) => Flatten().Roll(shift, 0).Reshape(Shape);
}
