using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The sizes of a tensor's axes, outermost first, as in PyTorch's <c>torch.Size</c>: up to eight axes, none for a
/// scalar. Values are stored row-major, so the last axis varies fastest.</summary>
/// <remarks>A shape is as large as a reference: shapes of equal sizes mostly share them.</remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest number of axes.</summary>
    public const int MaxRank = 8;

    readonly SharedSizes? shared; // none for a scalar

    /// <summary>Makes a shape from its sizes.</summary>
    /// <exception cref="ArgumentException">More than eight axes, a negative size, or more than 2^31 - 1 values in all.
    /// </exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaxRank)
            Throw.Argument($"Shape: expected at most {MaxRank} axes, got {sizes.Length}. Merge axes with Reshape first.");
        long length = 1;
        foreach (int size in sizes)
        {
            length *= size;
            if (size < 0 || length > int.MaxValue)
                Refuse(sizes);
        }

        shared = sizes.IsEmpty ? null : SharedSizes.Of(sizes, (int)length);
    }

    static void Refuse(ReadOnlySpan<int> sizes)
    {
        for (int i = 0; i < sizes.Length; i++)
            Throw.Unless(sizes[i] >= 0, $"Shape: axis {i} has the size {sizes[i]}. Sizes start at 0.");
        Throw.Argument($"Shape: more than {int.MaxValue} values. Split the data into smaller tensors.");
    }

    /// <summary>For collection expressions: <c>Shape shape = [10, 3, 32, 32];</c></summary>
    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes);

    /// <summary>The shape of a single value: no axes.</summary>
    public static Shape Scalar => default;

    /// <summary>How many axes there are.</summary>
    public int Rank => shared?.Rank ?? 0;

    /// <summary>How many values there are: the product of the sizes, 1 for a scalar.</summary>
    public int Length => shared?.Length ?? 1;

    /// <summary>The size of an axis; <c>shape[^1]</c> is the last one.</summary>
    public int this[Index axis]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var sizes = Sizes;
            int i = axis.GetOffset(sizes.Length);
            if ((uint)i >= (uint)sizes.Length)
                ThrowMissing(axis);
            return sizes[i];
        }
    }

    void ThrowMissing(Index axis) => Throw.Argument($"Shape {this}: there is no axis {axis}; it has {Rank}.");

    /// <summary>The sizes as an array of its own.</summary>
    public int[] ToArray()
    {
        int[] sizes = new int[Rank]; // a collection expression would ask for Length, the number of values
        CopyTo(sizes);
        return sizes;
    }

    /// <summary>For <c>foreach</c> over the sizes.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Rank; i++)
            yield return Sizes[i];
    }

    /// <summary>The same shape with another size on its first axis: <c>[10, 3, 32, 32]</c> becomes
    /// <c>[4, 3, 32, 32]</c>.</summary>
    public Shape WithBatch(int size)
    {
        Span<int> sizes = stackalloc int[MaxRank];
        CopyTo(sizes);
        sizes[0] = size;
        return new Shape(sizes[..Math.Max(1, Rank)]);
    }

    /// <summary>The same shape with another size on its last axis: <c>[10, 64]</c> becomes <c>[10, 32]</c>.</summary>
    public Shape WithLast(int size)
    {
        Span<int> sizes = stackalloc int[MaxRank];
        CopyTo(sizes);
        sizes[Math.Max(0, Rank - 1)] = size;
        return new Shape(sizes[..Math.Max(1, Rank)]);
    }

    /// <summary>This shape behind one more axis: a sample of <c>[3, 32, 32]</c> becomes a batch of
    /// <c>[10, 3, 32, 32]</c>.</summary>
    public Shape Batched(int size)
    {
        Span<int> sizes = stackalloc int[MaxRank + 1];
        sizes[0] = size;
        CopyTo(sizes[1..]);
        return new Shape(sizes[..(Rank + 1)]);
    }

    internal Shape(SharedSizes shared) => this.shared = shared;

    /// <summary>The layout of values of this shape that lie row-major from the memory's beginning.</summary>
    internal ref readonly Layout RowMajor
    {
        get
        {
            if (shared is null)
                return ref Layout.Scalar;
            return ref shared.RowMajor;
        }
    }

    /// <summary>Copies the sizes.</summary>
    internal void CopyTo(Span<int> sizes) => Sizes.CopyTo(sizes);

    /// <summary>The sizes.</summary>
    internal ReadOnlySpan<int> Sizes => shared is null ? default : shared.Sizes;

    /// <inheritdoc/>
    public bool Equals(Shape other) => shared == other.shared || Sizes.SequenceEqual(other.Sizes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, Length, Rank > 0 ? Sizes[0] : 0);

    /// <summary>Whether all sizes are equal.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether any size differs.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>As PyTorch prints it: <c>[10, 3, 32, 32]</c>.</summary>
    public override string ToString() => Describe(ToArray());

    /// <summary>The position of the element with this number in row-major sequence, as a message shows it.</summary>
    internal string Position(int flat)
    {
        int[] position = new int[Rank];
        for (int axis = Rank - 1; axis >= 0; axis--)
            (position[axis], flat) = (flat % Sizes[axis], flat / Sizes[axis]);
        return Describe(position);
    }

    /// <summary>Sizes that may be no shape's, or axes, as a shape is printed.</summary>
    internal static string Describe(ReadOnlySpan<int> sizes) => $"[{string.Join(", ", sizes.ToArray())}]";
}
