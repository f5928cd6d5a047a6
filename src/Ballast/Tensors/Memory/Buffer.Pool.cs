using System.Numerics;
using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast;

sealed partial class Buffer
{
    /// <summary>Free buffers by size class: eight classes an octave, so that at most an eighth of a buffer lies idle.
    /// </summary>
    static unsafe class Pool
    {
        const int SmallestBits = 4; // 16 floats
        const int MostSlices = 16;

        static readonly int[] Made = new int[8 * 32]; // how many of each class
        static readonly Stack<Buffer>?[] Free = new Stack<Buffer>?[8 * 32];
        static int large;
        static SpinLock gate = new(enableThreadOwnerTracking: false);

        /// <summary>A free buffer, if there is one.</summary>
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

        /// <summary>A new buffer.</summary>
        /// <remarks>Pinned arrays are dear to allocate, so small buffers are slices of one: as many as there were of their class before, up to
        /// sixteen; those that nobody has asked for go to the pool. Large buffers begin at eight different places of a page: a kernel that
        /// reads several of them side by side would otherwise find the same element of each in the same set of the cache. What fills two huge
        /// pages begins with one; the room before it is never touched.</remarks>
        public static Buffer Make(int length)
        {
            int capacity = Capacity(length), page = capacity < Page ? 0 : capacity < 2 * HugePages.Length ? Page : HugePages.Length;
            ref int made = ref Made[Class(length)];
            int slices = capacity > LargestSlice ? 1 : Math.Clamp(made, 1, MostSlices);
            int pitch = slices == 1 ? capacity : (capacity + Alignment - 1) / Alignment * Alignment + (Guards.AreSet ? Guards.Length : 0);
            float[] array = GC.AllocateUninitializedArray<float>((slices * pitch) + page + Alignment, pinned: true);
            int place = page == 0 ? 0 : Interlocked.Increment(ref large) * 3 % 8 * (Page / 8), first = Start(array, place, Math.Max(page, Alignment));
            HugePages.Ask((float*)Marshal.UnsafeAddrOfPinnedArrayElement(array, first) - place, capacity);
            made += slices;
            for (int i = 1; i < slices; i++)
                Return(new Buffer(array, first + i * pitch, capacity));
            Interlocked.Add(ref allocated, (long)slices * capacity * sizeof(float));
            return new Buffer(array, first, capacity);
        }

        // Where in an array the first float lies that is so many floats after the beginning of a page.
        static int Start(float[] array, int place, int page)
        {
            nint wanted = (place * sizeof(float)) - Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
            return (int)((wanted & ((page * sizeof(float)) - 1)) / sizeof(float));
        }

        /// <summary>Takes a buffer back.</summary>
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
            return (int)Math.Min(((long)length + step - 1) / step * step, Largest);
        }

        static int Class(int length)
        {
            int capacity = Capacity(length);
            int octave = BitOperations.Log2((uint)capacity - 1);
            return octave * 8 + ((capacity - 1 - (1 << octave)) >> (octave - 3));
        }
    }
}
