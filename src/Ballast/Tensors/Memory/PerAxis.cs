using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>A number for each spatial axis of a layer, outermost first, or one for all of them: the sizes of kernels, strides, paddings,
/// dilations. An <c>int</c> stands for all axes, a tuple has one for each: <c>kernelSize: 3</c>, <c>kernelSize: (3, 5)</c>. PyTorch:
/// an <c>int</c> or a tuple.</summary>
public readonly struct PerAxis : IEquatable<PerAxis>
{
    readonly int first, second, third;

    /// <summary>One number for all axes.</summary>
    public PerAxis(int all) => first = second = third = all;

    /// <summary>Numbers for two axes: rows and columns.</summary>
    public PerAxis(int first, int second) => (this.first, this.second, Count) = (first, second, 2);

    /// <summary>Numbers for three axes: planes, rows and columns.</summary>
    public PerAxis(int first, int second, int third) => (this.first, this.second, this.third, Count) = (first, second, third, 3);

    /// <summary>How many axes there are numbers for; 0 where one stands for all.</summary>
    public int Count { get; }

    /// <summary>The number of an axis.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public int this[int axis]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if ((uint)axis >= (uint)(Count == 0 ? 3 : Count))
                ThrowMissing(axis);
            return axis switch { 0 => first, 1 => second, _ => third };
        }
    }

    void ThrowMissing(int axis) => Throw.Argument($"PerAxis {this}: there is no axis {axis}.");

    /// <summary>One number for all axes.</summary>
    public static implicit operator PerAxis(int all) => new(all);

    /// <summary>Numbers for rows and columns.</summary>
    public static implicit operator PerAxis((int Rows, int Columns) sizes) => new(sizes.Rows, sizes.Columns);

    /// <summary>Numbers for planes, rows and columns.</summary>
    public static implicit operator PerAxis((int Planes, int Rows, int Columns) sizes) => new(sizes.Planes, sizes.Rows, sizes.Columns);

    /// <summary>Whether it has a number for each of so many axes, all from <paramref name="least"/> to <paramref name="most"/>.</summary>
    internal bool Fits(int axes, int least, int most = int.MaxValue)
    {
        if (Count != 0 && Count != axes)
            return false;
        for (int axis = 0; axis < axes; axis++)
        {
            if (this[axis] < least || this[axis] > most)
                return false;
        }

        return true;
    }

    /// <summary>The product over so many axes.</summary>
    internal double Product(int axes)
    {
        double product = 1;
        for (int axis = 0; axis < axes; axis++)
            product *= this[axis];
        return product;
    }

    /// <summary>A number for each of so many axes.</summary>
    internal static PerAxis Of(int axes, Func<int, int> number) => axes switch
    {
        1 => new(number(0)),
        2 => new(number(0), number(1)),
        _ => new(number(0), number(1), number(2)),
    };

    /// <summary>The same numbers for three axes, of which those in front that are missing are <paramref name="otherwise"/>.</summary>
    internal (int Planes, int Rows, int Columns) Volume(int axes, int otherwise) => axes switch
    {
        1 => (otherwise, otherwise, this[0]),
        2 => (otherwise, this[0], this[1]),
        _ => (this[0], this[1], this[2]),
    };

    /// <summary>Whether the numbers are the same.</summary>
    public bool Equals(PerAxis other)
    {
        int axes = Math.Max(1, Math.Max(Count, other.Count));
        bool equal = Count == 0 || other.Count == 0 || Count == other.Count;
        for (int axis = 0; equal && axis < axes; axis++)
            equal = this[axis] == other[axis];
        return equal;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PerAxis other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => first;

    /// <summary>Whether the numbers are the same.</summary>
    public static bool operator ==(PerAxis left, PerAxis right) => left.Equals(right);

    /// <summary>Whether a number differs.</summary>
    public static bool operator !=(PerAxis left, PerAxis right) => !left.Equals(right);

    /// <summary>As it is written: <c>3</c>, or <c>(3, 5)</c>.</summary>
    public override string ToString() => Count switch
    {
        2 when first != second => $"({first}, {second})",
        3 when first != second || second != third => $"({first}, {second}, {third})",
        _ => $"{first}",
    };
}
