using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>A loop over elements that is written for every register width.</summary>
interface ILoop
{
    /// <summary>Runs as many whole registers as fit from <paramref name="start"/> on, and returns where it ended.</summary>
    int Run<S, V>(int start, int length) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>Parts of a piece of work that is written for every register width.</summary>
interface IWideWork
{
    /// <summary>Runs the parts from <paramref name="first"/> up to, not including, <paramref name="last"/>.</summary>
    void Run<S, V>(int first, int last) where S : struct, ISimd<V> where V : unmanaged;
}

/// <summary>A pass over columns of values that lie side by side, each for itself, that is written for every register width.</summary>
interface IColumns
{
    /// <summary>Takes the columns from <paramref name="first"/> up to, not including, <paramref name="last"/>: some whole registers of them.
    /// </summary>
    /// <param name="first">The first column.</param>
    /// <param name="last">The one after the last.</param>
    /// <param name="done">How many of the first register's lanes have been taken before. What is stored through <typeparamref name="L"/>
    /// leaves them (mask: the first lanes, <c>S.First(done)</c>); where a column may be taken twice, as it is read from where nothing is
    /// written, that is not needed.</param>
    void Run<S, V, L>(int first, int last, int done) where S : struct, ISimd<V> where V : unmanaged where L : struct, ILanes;
}

/// <summary>Chooses the widest registers that this processor has. The JIT knows the answer: no choice is left at run time.
/// </summary>
static class Simd
{
    /// <summary>Runs a loop over all elements, the last few one by one.</summary>
    public static void Run<L>(in L loop, int length)
        where L : struct, ILoop => RunFrom(loop, 0, length);

    /// <summary>Runs a loop over the elements from <paramref name="start"/> up to <paramref name="length"/>, the last few one
    /// by one.</summary>
    public static void RunFrom<L>(in L loop, int start, int length)
        where L : struct, ILoop
    {
        int done = Vector512.IsHardwareAccelerated ? loop.Run<Simd512, Vector512<float>>(start, length)
            : Vector256.IsHardwareAccelerated ? loop.Run<Simd256, Vector256<float>>(start, length)
            : loop.Run<Simd128, Vector128<float>>(start, length);
        if (done < length)
            loop.Run<SimdScalar, float>(done, length);
    }

    /// <summary>Runs parts of work.</summary>
    public static void Run<W>(in W work, int first, int last)
        where W : struct, IWideWork
    {
        if (Vector512.IsHardwareAccelerated)
            work.Run<Simd512, Vector512<float>>(first, last);
        else if (Vector256.IsHardwareAccelerated)
            work.Run<Simd256, Vector256<float>>(first, last);
        else
            work.Run<Simd128, Vector128<float>>(first, last);
    }

    /// <summary>Runs a pass over columns by registers of one width, or of the next narrower one that they fill. The last columns lie in a
    /// register that begins among those before them.</summary>
    public static void Columns<S, V, C>(in C columns, int first, int last)
        where S : struct, ISimd<V>
        where V : unmanaged
        where C : struct, IColumns
    {
        int count = last - first;
        if (count >= S.Width)
            Registers<S, V, C>(columns, first, last);
        else if (S.Width > 8 && count >= 8)
            Registers<Simd256, Vector256<float>, C>(columns, first, last);
        else if (S.Width > 4 && count >= 4)
            Registers<Simd128, Vector128<float>, C>(columns, first, last);
        else if (count > 0)
            columns.Run<SimdScalar, float, AllLanes>(first, last, 0);
    }

    static void Registers<S, V, C>(in C columns, int first, int last)
        where S : struct, ISimd<V>
        where V : unmanaged
        where C : struct, IColumns
    {
        int end = first + (last - first) / S.Width * S.Width;
        columns.Run<S, V, AllLanes>(first, end, 0);
        if (end < last)
            columns.Run<S, V, LaterLanes>(last - S.Width, last, end - (last - S.Width));
    }
}
