using System.Globalization;

namespace Ballast.Tests.Formats;

public sealed class MutationTests
{
    // A file of 10 KB, its values and messages many times over; far from any length that damage could claim.
    const long MostAllocated = 64 << 20;

    /// <summary>BALLAST_MUTATIONS sets the number for each format: 1000000 is a long run.</summary>
    static int Rounds => int.TryParse(
        Environment.GetEnvironmentVariable("BALLAST_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) ? rounds : 2000;

    [Theory]
    [InlineData("pickle")]
    [InlineData("legacy")]
    [InlineData("zip")]
    [InlineData("npy")]
    [InlineData("safetensors")]
    public void A_damaged_file_is_read_or_refused_as_invalid_data_and_costs_little(string format)
    {
        Assert.All(Mutations.Good[format], static good => Assert.True(Mutations.Read(good)));
        int refused = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            byte[] bytes = Mutations.Make(format, new Random(seed));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                if (!Mutations.Read(bytes))
                    refused++;
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{format}, seed {seed}: {error.GetType().Name}: {error.Message}", error);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostAllocated, $"{format}, seed {seed}: {allocated} bytes were allocated for {bytes.Length}.");
        }

        // Damage within names and values leaves a good file; most of it does not.
        Assert.InRange(refused, Rounds / 4, Rounds - 1);
    }
}
