using System.Runtime.InteropServices;

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
}
