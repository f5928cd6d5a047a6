using System.Globalization;

namespace Ballast.Keras.Tests;

/// <summary>Damaged HDF5 files are read or refused: they crash nothing, hang nothing and take no memory that is not there.</summary>
public class MutationTests
{
    static int Rounds => int.TryParse(
        Environment.GetEnvironmentVariable("BALLAST_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) ? rounds : 500;

    [Fact]
    public void A_damaged_file_is_read_or_refused_as_invalid_data_and_costs_little()
    {
        byte[][] files = [.. new[] { "image.h5", "text.h5", "text.weights.h5" }.Select(static name =>
            File.ReadAllBytes(KerasFileTests.PathOf(name)))];
        int refused = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            byte[] bytes = Damaged(files[random.Next(files.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            try
            {
                using MemoryStream stream = new(bytes);
                var layers = KerasFile.Read(stream, "damaged");
                _ = KerasFile.Parts("damaged", layers, new KerasOptions(), static _ => 0).ToList();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"seed {seed}: {error.GetType().Name}: {error.Message}", error);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // The library makes an array for what an attribute claims before it reads it, 2 GB at most, and touches none of it.
            Assert.True(allocated < 4L << 30, $"seed {seed}: {allocated} bytes were allocated for {bytes.Length}.");
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"seed {seed}: {watch.Elapsed}");
        }

        // Much of a file is weights, whose damage is not seen.
        Assert.InRange(refused, Rounds / 20, Rounds - 1);
    }

    [Theory]
    [InlineData("HEAP", 8)]
    [InlineData("GCOL", 8)]
    [InlineData("GCOL", 24)]
    public void A_heap_that_claims_more_than_the_file_has_is_refused_before_memory_is_taken(string signature, int at)
    {
        byte[] bytes = File.ReadAllBytes(KerasFileTests.PathOf("text.h5"));
        int heap = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(signature));
        Assert.True(heap > 0);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(heap + at), int.MaxValue - 100);
        using MemoryStream stream = new(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<InvalidDataException>(() => KerasFile.Read(stream, "damaged")).Message;
        Assert.StartsWith($"damaged: a heap of the HDF5 file claims {int.MaxValue - 100} bytes, and there are ", message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }

    static byte[] Damaged(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int n = random.Next(1, 12); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(9))
            {
                case 0 or 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2 or 3: bytes[at] = (byte)random.Next(256); break;
                case 4: bytes[at] = random.Next(2) == 0 ? byte.MaxValue : byte.MinValue; break;
                case 5 when random.Next(4) == 0: bytes.RemoveRange(at, bytes.Count - at); break;
                case 6 when random.Next(4) == 0: bytes.RemoveRange(at, Math.Min(8, bytes.Count - at)); break;
                // An address of one place in another.
                case 7: bytes[at & ~7] = (byte)(random.Next(32) * 8); break;
                default:
                    int from = random.Next(bytes.Count) & ~7, to = at & ~7;
                    for (int i = 0; i < 8 && from + i < bytes.Count && to + i < bytes.Count; i++)
                        bytes[to + i] = bytes[from + i];
                    break;
            }
        }

        return [.. bytes];
    }
}
