using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ballast.Tests;

/// <summary>Tables with bytes changed at random, or cut short. BALLAST_MUTATIONS says how many of each; 100,000 take minutes.</summary>
public sealed class MutatedTableTests : Temporary
{
    // The most processor time that a file may take, in seconds, other tests' with it, and the footer's share of a Parquet file.
    const int MostSeconds = 20, Footer = 1500;

    static readonly string[] Names = ["snappy", "zstd", "gzip", "lz4", "brotli", "uncompressed", "groups", "list"];

    static readonly byte[][] Files = [.. Names.Select(static name =>
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "tables", name + ".parquet")))];

    static int Count(int standard) => Environment.GetEnvironmentVariable("BALLAST_MUTATIONS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : standard;

    [Fact]
    public void Parquet_files_with_any_byte_changed_are_read_or_refused_in_the_time_and_memory_that_is_said() => Check(Count(200), static draw =>
    {
        byte[] file = [.. Files[draw.Next(Files.Length)]];
        return Changed(file, 0, file.Length, draw);
    });

    [Fact]
    public void Parquet_files_with_a_changed_footer_are_read_or_refused_in_the_time_and_memory_that_is_said() => Check(Count(400), static draw =>
    {
        byte[] file = [.. Files[draw.Next(Files.Length)]];
        return Changed(file, file.Length - Math.Min(file.Length, Footer), file.Length, draw);
    });

    [Fact]
    public void Parquet_files_cut_short_before_a_whole_footer_are_refused_in_the_time_and_memory_that_is_said()
    {
        int read = Read(Count(200), static draw =>
        {
            // The footer after a part of the file, so that it says what is not there any more.
            byte[] file = Files[draw.Next(Files.Length)];
            int footer = BitConverter.ToInt32(file, file.Length - 8) + 8, kept = draw.Next(4, file.Length - footer);
            return draw.Next(2) == 0 ? file[..draw.Next(file.Length)] : [.. file[..kept], .. file[^footer..]];
        });

        // A column that is passed over may be what is gone.
        Assert.InRange(read, 0, Count(200) / 4);
    }

    [Theory]
    [InlineData(2049)]
    [InlineData(12321)]
    [InlineData(13668)]
    public void Footers_that_the_library_reads_without_an_end_are_refused(int seed)
    {
        var draw = new Random(seed);
        byte[] file = [.. Files[seed % Files.Length]];
        int from = draw.Next(2) == 0 ? file.Length - Footer : 0;
        string message = Assert.Throws<InvalidDataException>(() => TableFile.Read(Write(Changed(file, from, file.Length, draw), "m.parquet"))).Message;
        Assert.Contains("m.parquet cannot be read as Parquet: its footer of", message, StringComparison.Ordinal);
        Assert.EndsWith("The file is damaged, or was not written to its end: copy or write it anew.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Delimited_text_with_any_byte_changed_is_read_or_refused_in_the_time_and_memory_that_is_said()
    {
        byte[] whole = Encoding.UTF8.GetBytes(TableDatasetTests.Houses);
        Check(Count(2000), draw =>
        {
            byte[] table = [.. whole];
            for (int k = draw.Next(1, 6); k > 0; k--)
                table[draw.Next(table.Length)] = draw.Next(3) == 0 ? ",;\"\n\r\t\0"u8.ToArray()[draw.Next(7)] : (byte)draw.Next(256);
            return table;
        }, "m.csv", static path => TableDataset.Open(path, "price"));
    }

    static byte[] Changed(byte[] file, int from, int to, Random draw)
    {
        for (int k = draw.Next(1, 6); k > 0; k--)
            file[draw.Next(from, to)] = draw.Next(3) == 0 ? (byte)(0x7F + draw.Next(2) * 0x80) : (byte)draw.Next(256);
        return file;
    }

    void Check(int count, Func<Random, byte[]> mutate, string name = "m.parquet", Func<string, object>? open = null) =>
        Assert.InRange(Read(count, mutate, name, open), 1, count - 1);

    // How many of the files were read, the others refused.
    int Read(int count, Func<Random, byte[]> mutate, string name = "m.parquet", Func<string, object>? open = null)
    {
        var (read, slowest) = (0, TimeSpan.Zero);
        for (int i = 0; i < count; i++)
        {
            string path = Write(mutate(new Random(i)), name);
            var start = Environment.CpuUsage.TotalTime;
            try
            {
                _ = open is null ? TableFile.Read(path, wanted: static column => column is not ("bytes" or "tags")) : open(path);
                read++;
            }
            catch (InvalidDataException)
            {
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Mutation {i}: {e.Message}", e);
            }

            var took = Environment.CpuUsage.TotalTime - start;
            slowest = took > slowest ? took : slowest;
        }

        Assert.InRange(slowest.TotalSeconds, 0, MostSeconds);
        using var process = Process.GetCurrentProcess();
        Assert.InRange(process.PeakWorkingSet64, 0, 3L << 30);
        return read;
    }
}
