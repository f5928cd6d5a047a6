using System.Diagnostics;
using System.Globalization;

namespace Ballast.Tests;

/// <summary>The cache of pictures with other processes: killed in the middle, and side by side.</summary>
/// <remarks>A child is this assembly once more: <see cref="Child"/> decodes the folder that the environment names, slowly, into the cache.</remarks>
public sealed class PictureCacheTests : Temporary
{
    const string FolderName = "BALLAST_TEST_CACHE_FOLDER";

    static readonly string[] Names = ["rgb.jpg", "cmyk.jpg", "gray.png", "rgba.png", "lossy.webp", "palette.bmp", "still.gif", "lzw.tif"];

    static ImageFolderOptions Options(string? cache, PictureDecoder? decoder = null) => new()
    {
        Decoder = decoder ?? new PhotoDecoder(),
        Height = 24,
        Width = 24,
        Background = GoldenPicture.Background,
        CacheFolder = cache,
    };

    string Fill()
    {
        // Each file several times with another byte behind its end: other contents, the same pictures.
        for (int copy = 0; copy < 4; copy++)
        {
            foreach (string name in Names.Where(name => copy == 0 || name.EndsWith("jpg", StringComparison.Ordinal)))
                Write([.. GoldenPicture.File(name), .. new byte[copy]], "photos", name[0] < 'm' ? "a" : "b", $"{copy}-{name}");
        }

        return At("photos");
    }

    static byte[][] All(ImageFolder folder) => [.. Enumerable.Range(0, folder.Count).Select(i => folder.Bytes(i).ToArray())];

    /// <summary>Does nothing unless a test of this class has started it in a process of its own.</summary>
    [Fact]
    public void Child()
    {
        if (Environment.GetEnvironmentVariable(FolderName) is not { Length: > 0 } place)
            return;
        File.WriteAllText(Path.Combine(place, $"began-{Environment.ProcessId}"), "");
        _ = new ImageFolder(Path.Combine(place, "photos"), Options(Path.Combine(place, "cache"), new WatchedDecoder(new PhotoDecoder(), 250)));
        File.WriteAllText(Path.Combine(place, $"ended-{Environment.ProcessId}"), "");
    }

    Process Start()
    {
        var start = new ProcessStartInfo("dotnet", ["vstest", typeof(PictureCacheTests).Assembly.Location,
            $"/Tests:{typeof(PictureCacheTests).FullName}.{nameof(Child)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderName] = At();
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    [Fact]
    public void A_process_that_is_killed_while_it_writes_leaves_a_cache_that_the_next_one_mends()
    {
        string path = Fill();
        byte[][] plain = All(new ImageFolder(path, Options(null)));
        using (var child = Start())
        {
            // Killed when some of the records are there, and not all.
            var clock = Stopwatch.StartNew();
            while (Written() is 0 && clock.Elapsed < TimeSpan.FromSeconds(60))
                Thread.Sleep(2);
            int id = int.Parse(Assert.Single(Directory.GetFiles(At(), "began-*")).Split('-')[^1], CultureInfo.InvariantCulture);
            using var writer = Process.GetProcessById(id);
            writer.Kill();                      // SIGKILL
            writer.WaitForExit();
            child.WaitForExit();
        }

        Assert.Empty(Directory.GetFiles(At(), "ended-*"));
        var counting = new WatchedDecoder(new PhotoDecoder());
        Assert.Equal(plain, All(new ImageFolder(path, Options(At("cache"), counting))));
        Assert.InRange(counting.Decoded, 1, plain.Length - 1);          // what was whole was kept, the rest is new
        counting.Decoded = 0;
        Assert.Equal(plain, All(new ImageFolder(path, Options(At("cache"), counting))));
        Assert.Equal(0, counting.Decoded);
    }

    [Fact]
    public void Two_processes_at_once_both_have_their_pictures()
    {
        string path = Fill();
        byte[][] plain = All(new ImageFolder(path, Options(null)));
        using var child = Start();
        var clock = Stopwatch.StartNew();
        while (Written() is 0 && clock.Elapsed < TimeSpan.FromSeconds(60))
            Thread.Sleep(2);
        Assert.Equal(plain, All(new ImageFolder(path, Options(At("cache")))));      // the other one is writing: decoded into memory
        Assert.True(child.WaitForExit(60_000));
        Assert.Single(Directory.GetFiles(At(), "ended-*"));
        var counting = new WatchedDecoder(new PhotoDecoder());
        Assert.Equal(plain, All(new ImageFolder(path, Options(At("cache"), counting))));
        Assert.Equal(0, counting.Decoded);
    }

    [Fact]
    public void Entries_whose_bits_were_turned_are_decoded_anew_and_no_others()
    {
        string path = Fill();
        byte[][] plain = All(new ImageFolder(path, Options(At("cache"))));
        string file = Assert.Single(Directory.GetFiles(At("cache"), "*.pictures"));
        byte[] whole = File.ReadAllBytes(file);
        int record = whole.Length / plain.Length;
        foreach (int[] damaged in (int[][])[[0], [3, 4], [plain.Length - 1], [.. Enumerable.Range(0, plain.Length)]])
        {
            byte[] bytes = [.. whole];
            foreach (int slot in damaged)
                bytes[slot * record + 40 + slot] ^= 1;
            File.Delete(file);
            File.WriteAllBytes(file, bytes);
            var counting = new WatchedDecoder(new PhotoDecoder());
            Assert.Equal(plain, All(new ImageFolder(path, Options(At("cache"), counting))));
            Assert.Equal(damaged.Length, counting.Decoded);
        }
    }

    // How many records have a head.
    int Written()
    {
        if (!Directory.Exists(At("cache")) || Directory.GetFiles(At("cache"), "*.pictures") is not [var file])
            return 0;
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes.AsSpan().IndexOfAnyExcept((byte)0) >= 0 ? 1 : 0;
    }
}
