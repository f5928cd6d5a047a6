using System.Numerics;
using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Memory for values: 64-byte aligned, counted by its holders, and handed back to the pool when the last one lets
/// go. A holder that is merely dropped leaves it to the garbage collector, so nothing leaks and nobody has to free
/// anything; letting go is what makes a training step reuse warm memory.</summary>
/// <remarks><see cref="Generation"/> grows with each return to the pool: whoever remembers an older one can tell that its
/// values are gone.</remarks>
sealed class Buffer
{
    const int Alignment = 16; // floats
    const int Page = 1024; // floats
    static int made;
    static long allocated;

    readonly float[] array;
    readonly int offset;
    int holders;
    int guarded; // where guards stand, how many floats are in front of them
    Sweeper.Watch? watch;

    Buffer(int capacity)
    {
        // Large buffers begin at eight different places of a page: a kernel that reads several of them side by side would
        // otherwise find the same element of each in the same set of the cache.
        int slack = capacity < Page ? 0 : Page;
        array = GC.AllocateUninitializedArray<float>(capacity + slack + Alignment, pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        int place = slack == 0 ? 0 : (Interlocked.Increment(ref made) * 3 % 8) * (Page / 8);
        nint wanted = slack == 0 ? -address : place * sizeof(float) - address;
        int mask = (Math.Max(slack, Alignment) * sizeof(float)) - 1;
        offset = (int)((wanted & mask) / sizeof(float));
        Interlocked.Add(ref allocated, (long)capacity * sizeof(float));
    }

    Buffer(float value)
    {
        array = [value];
        holders = 1;
    }

    /// <summary>A buffer of its own on the memory of a pooled one, which the <see cref="Sweeper"/> watches.</summary>
    internal Buffer(Buffer memory, Sweeper.Watch watch)
    {
        (array, offset) = (memory.array, memory.offset);
        this.watch = watch;
    }

    /// <summary>Whether memory is checked as it is used, as it is in debug builds and where the environment variable
    /// <c>BALLAST_CHECK_MEMORY</c> is 1: what goes back to the pool is filled with NaN, and a buffer that is used or released after that
    /// throws.</summary>
    public static bool IsChecked { get; } =
#if DEBUG
        true;
#else
        Environment.GetEnvironmentVariable("BALLAST_CHECK_MEMORY") is "1" or "true";
#endif

    /// <summary>The bytes of all buffers ever made: what the pool and the tensors in use have taken from the system, unless some
    /// were dropped and collected.</summary>
    public static long Allocated => Interlocked.Read(ref allocated);

    /// <summary>How many floats fit.</summary>
    public int Capacity => array.Length == 1 ? 1 : array.Length - Alignment - (array.Length < 2 * Page ? 0 : Page);

    /// <summary>Whether the memory stays at one address; a single value may move.</summary>
    public bool IsPinned => Capacity > 1;

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
        var buffer = Pool.Take(length) ?? new Buffer(Pool.Capacity(length));
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
        Throw.Unless(floats <= Array.MaxLength - Page - Alignment,
            $"A tensor of {length} {type.Name()} values needs more than the {Array.MaxLength * 4L} bytes that "
                + $"one may have. Split the data into smaller tensors.");
        var buffer = Rent((int)floats);
        buffer.Type = type;
        return buffer;
    }

    /// <summary>A single value, in memory that is never pooled: callers keep losses, and small garbage is cheap.</summary>
    public static Buffer Single(float value) => new(value);

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
    public Span<float> Span(int length) => InUse(length).AsSpan(offset, length);

    /// <summary>A part of the floats.</summary>
    public Span<float> Span(int start, int length) => InUse(start + length).AsSpan(offset + start, length);

    /// <summary>The first <paramref name="length"/> elements of a type.</summary>
    public Span<T> Span<T>(int length)
        where T : unmanaged => MemoryMarshal.Cast<float, T>(InUse(Capacity).AsSpan(offset))[..length];

    /// <summary>The same memory as bytes: images stay bytes until a layer reads them.</summary>
    public Span<byte> Bytes(int length) => MemoryMarshal.AsBytes(InUse(Capacity).AsSpan(offset))[..length];

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
            Sweeper.End(ref watch);
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
            if (Capacity > 1)
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

    /// <summary>Free buffers by size class: eight classes an octave, so that at most an eighth of a buffer lies idle.
    /// </summary>
    static class Pool
    {
        const int SmallestBits = 4; // 16 floats
        static readonly Stack<Buffer>?[] Free = new Stack<Buffer>?[8 * 32];
        static SpinLock gate = new(enableThreadOwnerTracking: false);

        public static Buffer? Take(int length)
        {
            int index = Class(length);
            bool taken = false;
            gate.Enter(ref taken);
            Buffer? buffer = null;
            Free[index]?.TryPop(out buffer);
            gate.Exit();
            return buffer;
        }

        public static void Return(Buffer buffer)
        {
            int index = Class(buffer.Capacity);
            bool taken = false;
            gate.Enter(ref taken);
            (Free[index] ??= new Stack<Buffer>()).Push(buffer);
            gate.Exit();
        }

        /// <summary>The capacity of the class that <paramref name="length"/> falls into.</summary>
        public static int Capacity(int length)
        {
            if (length <= 1 << SmallestBits)
                return 1 << SmallestBits;
            int step = 1 << (BitOperations.Log2((uint)length - 1) - 3);
            return (int)Math.Min(((long)length + step - 1) / step * step, Array.MaxLength - Page - Alignment);
        }

        static int Class(int length)
        {
            int capacity = Capacity(length);
            int octave = BitOperations.Log2((uint)capacity - 1);
            return octave * 8 + ((capacity - 1 - (1 << octave)) >> (octave - 3));
        }
    }
}
