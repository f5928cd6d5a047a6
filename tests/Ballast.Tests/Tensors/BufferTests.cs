using System.Globalization;
using System.Runtime.InteropServices;
using Ballast.Kernels;

namespace Ballast.Tests.Tensors;

/// <summary>Memory of all sizes: aligned, each for itself, and handed on.</summary>
public unsafe class BufferTests
{
    [Fact]
    public void Buffers_begin_at_cache_lines_and_do_not_overlap()
    {
        foreach (int length in (int[])[2, 16, 17, 30, 100, 500, 512, 513, 2000, 5000])
        {
            var buffers = new Buffer[40];
            for (int i = 0; i < buffers.Length; i++)
            {
                buffers[i] = Buffer.Rent(length);
                var values = buffers[i].Span(buffers[i].Capacity);
                Assert.True(values.Length >= length);
                Assert.Equal(0, (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(values)) % 64);
                values.Fill(i);
            }

            for (int i = 0; i < buffers.Length; i++)
                Assert.False(buffers[i].Span(buffers[i].Capacity).ContainsAnyExcept(i));
            foreach (var buffer in buffers)
                buffer.Release();
        }
    }

    [Fact]
    public void Memory_that_was_handed_back_is_lent_again()
    {
        foreach (int length in (int[])[3, 300, 3000])
        {
            long made = 0;
            for (int round = 0; round < 4; round++)
            {
                if (round == 1)
                    made = Buffer.Allocated;
                Buffer[] buffers = [.. Enumerable.Range(0, 50).Select(_ => Buffer.Rent(length))];
                foreach (var buffer in buffers)
                    buffer.Release();
            }

            Assert.Equal(made, Buffer.Allocated);
        }
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(1 << 22)]
    public void Large_buffers_ask_the_system_for_huge_pages(int length)
    {
        if (!Directory.Exists("/sys/kernel/mm/transparent_hugepage"))
            return; // a system without them
        var buffer = Buffer.Rent(length);
        fixed (float* start = buffer.Span(length))
        {
            // The first huge page that lies within the buffer as a whole.
            nint page = ((nint)start + HugePages.Size - 1) & -HugePages.Size;
            Assert.Contains("hg", FlagsOf(page));
            Assert.Contains("hg", FlagsOf(((nint)start + length * sizeof(float) & -HugePages.Size) - 1));
        }

        buffer.Release();
    }

    [Fact]
    public void Working_memory_begins_with_a_huge_page()
    {
        foreach (int length in (int[])[1, 1 << 20, 3 << 20])
        {
            Assert.Equal(0, (nint)Scratch.Take(length) % HugePages.Size);
            Assert.Equal(0, (nint)Scratch.TakeShared(length) % HugePages.Size);
            if (Directory.Exists("/sys/kernel/mm/transparent_hugepage"))
                Assert.Contains("hg", FlagsOf((nint)Scratch.Take(length)));
        }
    }

    // What the system says of the piece of memory that an address lies in.
    static string[] FlagsOf(nint address)
    {
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [string from, string to])
                inside = address >= nint.Parse(from, NumberStyles.HexNumber) && address < nint.Parse(to, NumberStyles.HexNumber);
            else if (inside && words[0] == "VmFlags:")
                return words[1..];
        }

        throw new InvalidOperationException($"No memory is mapped at {address:x}.");
    }
}
