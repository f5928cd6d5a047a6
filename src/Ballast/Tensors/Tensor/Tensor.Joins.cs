using System.Runtime.CompilerServices;

namespace Ballast;

/// <content>Tensors joined and cut apart.</content>
public partial class Tensor
{
    /// <summary>Tensors joined along an axis, on which alone their shapes may differ. PyTorch: <c>torch.cat</c>.</summary>
    /// <exception cref="ArgumentException">No tensor, or shapes or types that do not go together.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        Throw.Unless(tensors.Length > 0, $"Concat: expected at least one tensor, got none.");
        var first = tensors[0];
        axis = first.Axis(nameof(Concat), axis);
        long total = 0;
        for (int i = 0; i < tensors.Length; i++)
        {
            var shape = tensors[i].Shape;
            bool fits = shape.Rank == first.Shape.Rank && tensors[i].ElementType.Joins(first.ElementType);
            for (int other = 0; fits && other < shape.Rank; other++)
                fits = other == axis || shape[other] == first.Shape[other];
            Throw.Unless(fits,
                $"Concat: expected {first.ElementType.Name()} tensors that differ from {first.Shape} on axis "
                    + $"{axis} alone, got {tensors[i].ElementType.Name()} {shape} as number {i}.");
            total += shape[axis];
        }

        Span<int> sizes = stackalloc int[Shape.MaxRank];
        first.Shape.CopyTo(sizes);
        Throw.Unless(total <= int.MaxValue, $"Concat: {total} positions on axis {axis} are more than an axis can have.");
        sizes[axis] = (int)total;
        return ConcatOperation.Run(tensors, axis, new Shape(sizes[..first.Shape.Rank]));
    }

    /// <inheritdoc cref="Concat(ReadOnlySpan{Tensor}, int)"/>
    public static Tensor Concat(IEnumerable<Tensor> tensors, int axis = 0) => Concat(tensors.ToArray().AsSpan(), axis);

    /// <summary>Tensors of one shape side by side on a new axis. PyTorch: <c>torch.stack</c>.</summary>
    /// <exception cref="ArgumentException">No tensor, or different shapes or types.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        Throw.Unless(tensors.Length > 0, $"Stack: expected at least one tensor, got none.");
        var wider = new Tensor[tensors.Length];
        for (int i = 0; i < wider.Length; i++)
        {
            Throw.Unless(tensors[i].Shape == tensors[0].Shape,
                $"Stack: expected tensors of one shape {tensors[0].Shape}, got {tensors[i].Shape} as number {i}. "
                    + $"Concat joins along an axis that is there.");
            wider[i] = tensors[i].Unsqueeze(axis);
        }

        return Concat(wider, axis < 0 ? axis + wider[0].Shape.Rank : axis);
    }

    /// <inheritdoc cref="Stack(ReadOnlySpan{Tensor}, int)"/>
    public static Tensor Stack(IEnumerable<Tensor> tensors, int axis = 0) => Stack(tensors.ToArray().AsSpan(), axis);

    /// <summary>Parts of given sizes along an axis. Views. PyTorch: <c>split</c>.</summary>
    /// <exception cref="ArgumentException">Sizes that do not add up to the axis's.</exception>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int axis = 0)
    {
        axis = Axis(nameof(Split), axis);
        long total = 0;
        foreach (int size in sizes)
            total += size;
        Throw.Unless(total == Shape[axis], $"Split: {Shape.Describe(sizes)} add up to {total}, axis {axis} of {Shape} has {Shape[axis]} positions.");
        var parts = new Tensor[sizes.Length];
        for (int i = 0, start = 0; i < parts.Length; start += sizes[i++])
            parts[i] = Narrow(axis, start, sizes[i]);
        return parts;
    }

    /// <summary>Parts of <paramref name="size"/> positions along an axis, the last one of what is left over. Views.
    /// PyTorch: <c>split</c>.</summary>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Tensor[] Split(int size, int axis = 0)
    {
        axis = Axis(nameof(Split), axis);
        Throw.Unless(size >= 1, $"Split: expected parts of at least 1 position, got {size}.");
        var parts = new Tensor[Math.Max(1, (Shape[axis] + size - 1) / size)];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = Narrow(axis, i * size, Math.Min(size, Shape[axis] - i * size));
        return parts;
    }

    /// <summary>At most <paramref name="count"/> parts of one size along an axis, the last one perhaps smaller. Views.
    /// PyTorch: <c>chunk</c>.</summary>
    /// <exception cref="ArgumentException">A count below 1.</exception>
    public Tensor[] Chunk(int count, int axis = 0)
    {
        axis = Axis(nameof(Chunk), axis);
        Throw.Unless(count >= 1, $"Chunk: expected at least 1 part, got {count}.");
        return Split(Math.Max(1, (Shape[axis] + count - 1) / count), axis);
    }

    /// <summary>The positions of an axis one by one, without it. Views. PyTorch: <c>unbind</c>.</summary>
    public Tensor[] Unbind(int axis = 0)
    {
        axis = Axis(nameof(Unbind), axis);
        var parts = new Tensor[Shape[axis]];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = Select(axis, i);
        return parts;
    }
}
