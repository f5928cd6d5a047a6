using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The sizes of a shape's axes. Each step of a training makes the shapes of the one before, so the sizes that were made last are kept
/// in a table, and shapes of these sizes refer to them: a tensor is smaller by them, and a step makes none.</summary>
sealed class SharedSizes
{
    const int Slots = 1 << 10;
    const int Tried = 4;
    static readonly SharedSizes?[] Table = new SharedSizes?[Slots];

    readonly Axes axes;
    readonly Layout rowMajor;

    SharedSizes(ReadOnlySpan<int> sizes, int length)
    {
        sizes.CopyTo(axes);
        Rank = sizes.Length;
        Length = length;
        rowMajor = Layout.RowMajor(this);
    }

    /// <summary>How many axes there are, at least one.</summary>
    public int Rank { get; }

    /// <summary>The product of the sizes.</summary>
    public int Length { get; }

    /// <summary>The row-major layout of these sizes.</summary>
    public ref readonly Layout RowMajor => ref rowMajor;

    /// <summary>The sizes, outermost first.</summary>
    public ReadOnlySpan<int> Sizes
    {
        get => ((ReadOnlySpan<int>)axes)[..Rank];
    }

    /// <summary>The sizes of up to <see cref="Shape.MaxRank"/> axes with their product.</summary>
    /// <remarks>Threads read and write the table without a lock: what they find is whole, and one that misses another's entry makes its
    /// own.</remarks>
    public static SharedSizes Of(ReadOnlySpan<int> sizes, int length)
    {
        uint hash = 0;
        foreach (int size in sizes)
            hash = (BitOperations.RotateLeft(hash, 5) ^ (uint)size) * 0x9E3779B1;
        int first = (int)(hash >> 22), free = first;
        for (int i = 0; i < Tried; i++)
        {
            int slot = (first + i) % Slots;
            if (Table[slot] is not { } known)
            {
                free = slot;
                break;
            }

            if (known.Sizes.SequenceEqual(sizes))
                return known;
        }

        return Table[free] = new SharedSizes(sizes, length);
    }

    [InlineArray(Shape.MaxRank)]
    struct Axes
    {
        int first;
    }
}
