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
    [InlineData((1 << 22) + 5)]
    public void Large_buffers_begin_with_a_huge_page_and_ask_the_system_for_such(int length)
    {
        for (int i = 0; i < 8; i++)
        {
            var buffer = Buffer.Rent(length); // pinned, and never handed back
            nint start = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span(length)));
            Assert.InRange(start % HugePage, 0, 4095);
            if (!Directory.Exists(HugePagesOfLinux))
                continue; // a system without them
            foreach (nint bytes in (nint[])[0, HugePage, length / HugePages.Length * HugePage - 1])
                Assert.Contains("hg", FlagsOf(start / HugePage * HugePage + bytes));
        }
    }

    [Fact]
    public void Working_memory_begins_with_a_huge_page()
    {
        foreach (int length in (int[])[1, 1 << 20, 3 << 20])
        {
            Assert.Equal(0, (nint)Scratch.Take(length) % HugePage);
            Assert.Equal(0, (nint)Scratch.TakeShared(length) % HugePage);
            if (Directory.Exists(HugePagesOfLinux))
                Assert.Contains("hg", FlagsOf((nint)Scratch.Take(length)));
        }
    }

    const nint HugePage = HugePages.Length * sizeof(float);
    const string HugePagesOfLinux = "/sys/kernel/mm/transparent_hugepage";

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
