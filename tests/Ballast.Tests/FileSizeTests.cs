namespace Ballast.Tests;

/// <summary>A reader takes in a file of 250 lines and a line of 150 columns; no source of the library, the laboratory or the command
/// is larger.</summary>
public class FileSizeTests
{
    const int Lines = 250;
    const int Columns = 150;

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
    public void No_file_is_longer_than_250_lines()
    {
        var found = Files().Where(static entry => entry.Lines.Length > Lines).Select(static entry =>
            $"{entry.File} has {entry.Lines.Length} lines, at most {Lines} are allowed. Cut it in two by what it does.").ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    // A folder shows what is in it: at most 25 files, and what belongs together in folders below it.
    [Fact]
    public void No_folder_has_more_than_25_files()
    {
        var large = Files()
            .GroupBy(static entry => entry.File[..entry.File.LastIndexOf('/')])
            .Where(static folder => folder.Count() > 25)
            .Select(static folder => $"{folder.Key} has {folder.Count()} files");
        Assert.Empty(large);
    }
}
