using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>The memory that one thread reads columns into, one after another: the values that are there, of whatever type, and which are.</summary>
/// <param name="most">How many rows the largest group has.</param>
sealed class ParquetBuffers(int most)
{
    long[] words = [];
    int[] levels = [];
    ReadOnlyMemory<char>[] texts = [];

    /// <summary>Memory for as many values.</summary>
    public Memory<T> Values<T>(int count) where T : struct
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            return (Memory<T>)(object)Sized(ref texts, most).AsMemory(0, count);
        // In words, as the bytes of 300 million rows are more than an array has room for.
        return new Cast<T>(Sized(ref words, most * Words<T>(1)), count).Memory;
    }

    /// <summary>Memory for as many marks of whether a value is there.</summary>
    public Memory<int> Levels(int count) => Sized(ref levels, most).AsMemory(0, count);

    static T[] Sized<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[length];
        return array;
    }

    static int Words<T>(int count) => (int)(((long)count * Unsafe.SizeOf<T>() + sizeof(long) - 1) / sizeof(long));

    /// <summary>Words as memory of values.</summary>
    sealed class Cast<T>(long[] words, int count) : MemoryManager<T> where T : struct
    {
        public override Span<T> GetSpan() => MemoryMarshal.Cast<long, T>(words.AsSpan(0, Words<T>(count)))[..count];

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
