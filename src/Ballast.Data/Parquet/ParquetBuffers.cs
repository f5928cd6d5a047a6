using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>The memory that one thread reads columns into, one after another: the values that are there, of whatever type, and which are.</summary>
/// <param name="most">How many rows the largest group has.</param>
sealed class ParquetBuffers(int most)
{
    byte[] bytes = [];
    int[] levels = [];
    ReadOnlyMemory<char>[] texts = [];

    /// <summary>Memory for as many values.</summary>
    public Memory<T> Values<T>(int count) where T : struct
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            return (Memory<T>)(object)Sized(ref texts, most).AsMemory(0, count);
        return new Cast<T>(Sized(ref bytes, most * Math.Max(Unsafe.SizeOf<T>(), sizeof(double)))).Memory[..count];
    }

    /// <summary>Memory for as many marks of whether a value is there.</summary>
    public Memory<int> Levels(int count) => Sized(ref levels, most).AsMemory(0, count);

    static T[] Sized<T>(ref T[] array, int length)
    {
        if (array.Length < length)
            array = new T[length];
        return array;
    }

    /// <summary>Bytes as memory of values.</summary>
    sealed class Cast<T>(byte[] bytes) : MemoryManager<T> where T : struct
    {
        public override Span<T> GetSpan() => MemoryMarshal.Cast<byte, T>(bytes.AsSpan());

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
