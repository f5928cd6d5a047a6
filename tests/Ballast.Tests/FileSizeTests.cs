namespace Ballast.Tests;

/// <summary>A reader takes in a file of 250 lines and a line of 150 columns; no source of the library, the laboratory or the command
/// is larger.</summary>
public class FileSizeTests
{
    const int Lines = 250;
    const int MostLines = 320;
    const int Columns = 150;

    // These are longer than 250 lines, and may be up to 320. A file that is cut leaves the list; none comes onto it.
    static readonly string[] Longer =
    [
        "DepthwiseConvolution.cs",
        "PooledNormalization.cs",
        "TrialRun.cs",
        "Workers.cs",
    ];

    static List<(string File, string[] Lines)> Files()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ballast.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Ballast.slnx above the tests");
        string source = Path.Combine(folder, "src");
        List<(string File, string[] Lines)> files = [];
        foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
        {
            string[] path = Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar);
            if (!path.Contains("obj") && !path.Contains("bin"))
                files.Add((string.Join('/', path), File.ReadAllLines(file)));
        }

        Assert.True(files.Count > 300);
        return files;
    }

    [Fact]
    public void No_line_is_longer_than_150_columns()
    {
        List<string> found = [];
        foreach (var (file, lines) in Files())
        {
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Length > Columns)
                    found.Add($"{file}, line {i + 1}, has {lines[i].Length} columns. Wrap it at {Columns}.");
            }
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void No_file_is_longer_than_250_lines_but_those_that_are_named()
    {
        List<string> found = [];
        foreach (var (file, lines) in Files())
        {
            int most = Longer.Contains(Path.GetFileName(file)) ? MostLines : Lines;
            if (lines.Length > most)
                found.Add($"{file} has {lines.Length} lines, at most {most} are allowed. Cut it in two by what it does.");
        }

        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void Every_file_that_is_named_as_longer_is_longer()
    {
        var longer = Files().Where(static entry => entry.Lines.Length > Lines).Select(static entry => Path.GetFileName(entry.File))
            .Order(StringComparer.Ordinal);
        Assert.Equal(Longer, longer.Where(static file => Longer.Contains(file)));
    }

    // A folder shows what is in it: at most 25 files, and what belongs together in folders below it.
    [Fact]
    public void No_folder_of_kernels_tensors_or_networks_has_more_than_25_files()
    {
        var large = Files()
            .Where(static entry => entry.File.Split('/') is ["Ballast", "Kernels" or "Tensors" or "Nn", ..])
            .GroupBy(static entry => entry.File[..entry.File.LastIndexOf('/')])
            .Where(static folder => folder.Count() > 25)
            .Select(static folder => $"{folder.Key} has {folder.Count()} files");
        Assert.Empty(large);
    }
}
