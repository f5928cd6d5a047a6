using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Memory for values: 64-byte aligned, counted by its holders, and handed back to the pool when the last one lets
/// go. A holder that is merely dropped leaves it to the garbage collector, so nothing leaks and nobody has to free
/// anything; letting go is what makes a training step reuse warm memory.</summary>
/// <remarks><see cref="Generation"/> grows with each return to the pool: whoever remembers an older one can tell that its
/// values are gone.</remarks>
sealed partial class Buffer
{
    /// <summary>The floats of the largest buffers that are slices of one array; a larger one has an array of its own.</summary>
    public const int LargestSlice = 512;

    const int Alignment = 16; // floats
    const int Page = 1024; // floats
    static readonly int Largest = Array.MaxLength - HugePages.Length - Alignment;
    static long allocated;

    readonly float[] array;
    readonly int offset;
    readonly int capacity;
    int holders;
    int guarded; // where guards stand, how many floats are in front of them
    Sweeper.Watch? watch;

    Buffer(float[] array)
    {
        this.array = array;
        capacity = array.Length;
        holders = 1;
    }

    Buffer(float[] array, int offset, int capacity) => (this.array, this.offset, this.capacity) = (array, offset, capacity);

    /// <summary>A buffer of its own on the memory of a pooled one, which the <see cref="Sweeper"/> watches.</summary>
    internal Buffer(Buffer memory, Sweeper.Watch watch)
    {
        (array, offset, capacity) = (memory.array, memory.offset, memory.capacity);
        this.watch = watch;
    }

    /// <summary>Whether memory is checked as it is used, as it is in debug builds and where the environment variable
    /// <c>BALLAST_CHECK_MEMORY</c> is 1: what goes back to the pool is filled with NaN, and a buffer that is used or released after that
    /// throws.</summary>
    /// <exception cref="InvalidOperationException">The environment variable says something else than 1 or 0.</exception>
    public static bool IsChecked =>
#if DEBUG
        true;
#else
        Checks.IsOn(ChecksVariable);

    const string ChecksVariable = "BALLAST_CHECK_MEMORY";

    static readonly EnvironmentSwitch Checks = EnvironmentSwitches.Read(ChecksVariable);
#endif

    /// <summary>The bytes of all buffers ever made: what the pool and the tensors in use have taken from the system, unless some
    /// were dropped and collected.</summary>
    public static long Allocated => Interlocked.Read(ref allocated);

    /// <summary>How many floats fit.</summary>
    public int Capacity => capacity;

    /// <summary>Whether the memory stays at one address; a single value may move.</summary>
    public bool IsPinned => capacity >= Alignment;

    /// <summary>The type of the elements that it holds.</summary>
    public ElementType Type { get; private set; }

    /// <summary>How often this memory has been handed back.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether the caller is the only one who holds it, and so may write over it.</summary>
    public bool IsExclusive => holders == 1;

    /// <summary>A buffer with room for <paramref name="length"/> floats, not cleared; the caller is its one holder.
    /// </summary>
    public static Buffer Rent(int length)
    {
        var buffer = Pool.Take(length) ?? Pool.Make(length);
        if (Sweeper.Watches(length))
            buffer = Sweeper.Lend(buffer);
        if (Guards.AreSet)
            buffer.Guard(length);
        buffer.holders = 1;
        buffer.Type = ElementType.Float32;
        return buffer;
    }

    /// <summary>A buffer with room for elements of any type.</summary>
    /// <exception cref="ArgumentException">More bytes than memory of one piece may have.</exception>
    public static Buffer Rent(ElementType type, int length)
    {
        long floats = ((long)length * type.Size() + sizeof(float) - 1) / sizeof(float);
        Throw.Unless(floats <= Largest,
            $"A tensor of {length} {type.Name()} values needs more than the {Largest * 4L} bytes that "
                + $"one may have. Split the data into smaller tensors.");
        var buffer = Rent((int)floats);
        buffer.Type = type;
        return buffer;
    }

    /// <summary>A single value, in memory that is never pooled: callers keep losses, and small garbage is cheap.</summary>
    public static Buffer Single(float value) => new([value]);

    /// <summary>The same for an int64.</summary>
    public static Buffer Integer(long value)
    {
        Buffer buffer = new(new float[sizeof(long) / sizeof(float)]) { Type = ElementType.Int64 };
        buffer.Span<long>(1)[0] = value;
        return buffer;
    }

    /// <summary>A buffer for a result; nobody hands one value back, and pinned memory is dear to collect.</summary>
    public static Buffer Result(int length) => length == 1 ? Single(0) : Rent(length);

    /// <summary>A buffer that holds a copy of <paramref name="values"/>.</summary>
    public static Buffer Copy(ReadOnlySpan<float> values)
    {
        var buffer = Rent(values.Length);
        values.CopyTo(buffer.Span(values.Length));
        return buffer;
    }

    /// <summary>The first <paramref name="length"/> floats.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public Span<float> Span(int length) => Floats(length).AsSpan(offset, length);

    /// <summary>A part of the floats.</summary>
    /// <inheritdoc cref="Span(int)"/>
    public Span<float> Span(int start, int length) => Floats(start + length).AsSpan(offset + start, length);

    /// <summary>The first <paramref name="length"/> elements of a type.</summary>
    public Span<T> Span<T>(int length)
        where T : unmanaged => MemoryMarshal.Cast<float, T>(InUse(Capacity).AsSpan(offset))[..length];

    /// <summary>All of the memory as bytes, for what asks for no type.</summary>
    public Span<byte> Bytes() => MemoryMarshal.AsBytes(InUse(Capacity).AsSpan(offset, Capacity));

    /// <summary>The same memory as bytes: images stay bytes until a layer reads them.</summary>
    public Span<byte> Bytes(int length) => MemoryMarshal.AsBytes(InUse(Capacity).AsSpan(offset))[..length];

    // Other elements than floats are fewer or more in the same memory, and no such values.
    float[] Floats(int end)
    {
        if (Type != ElementType.Float32)
            ThrowType();
        return InUse(end);
    }

    void ThrowType() => Throw.InvalidOperation($"Expected float32 values, got {Type.Name()} ones. Convert them with To(ElementType.Float32).");

    // The memory, with the buffer kept reachable until the operation that asks for it has made its result.
    float[] InUse(int end)
    {
        if (end > guarded && guarded > 0)
            guarded = 0; // whoever may use more than was asked for has no guard
        if (watch is not null)
            ThreadMemory.Use(this);
        if (IsChecked && holders <= 0)
            ThrowReleased();
        return array;
    }

    /// <summary>Ends the watching for unreachability: a span of this memory goes where nobody knows how long it is used.</summary>
    public Buffer Unwatched()
    {
        if (watch is not null)
        {
            Sweeper.End(ref watch);
            Sweeper.AfterReading();
        }

        return this;
    }

    /// <summary>One more holder.</summary>
    public Buffer Hold()
    {
        Interlocked.Increment(ref holders);
        return this;
    }

    /// <summary>One holder fewer; the last one hands the memory back.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref holders);
        if (left == 0)
        {
            Generation++;
            if (guarded > 0)
                CheckGuard();
            if (IsPinned)
                ((watch is null ? null : Sweeper.End(ref watch)) ?? this).TakeBack();
        }
        else if (left < 0)
        {
            ThrowReleased();
        }
    }

    void Guard(int length)
    {
        guarded = length;
        Guards.Set(Behind);
    }

    void CheckGuard()
    {
        Guards.Check(Behind);
        guarded = 0;
    }

    // What lies behind the floats that were asked for.
    Span<float> Behind => array.AsSpan(offset + guarded, Math.Min(Guards.Length, array.Length - offset - guarded));

    /// <summary>Puts the memory back into the pool.</summary>
    public void TakeBack()
    {
        if (IsChecked)
            array.AsSpan(offset, Capacity).Fill(float.NaN);
        Pool.Return(this);
    }

    static void ThrowReleased() => Throw.InvalidOperation(
        "A buffer was used or released after its last holder had released it. This is a mistake of the library: please report it.");
}
