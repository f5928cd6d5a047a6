namespace Ballast.Tests.Cli;

/// <summary>Runs that the command trains once for all tests of a class; each test gets a copy that it may spoil.</summary>
public sealed class TrainedRuns : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly Dictionary<string, string> trained = [];
    string? repeated;

    public void Dispose() => folder.Dispose();

    /// <summary>The images that are kept with the tests, ten times over.</summary>
    internal string Repeated => repeated ??= SampleRun.Repeat(folder);

    /// <summary>Puts the run of <c>ballast train ARGUMENTS</c> into a folder, by the name <paramref name="run"/>.</summary>
    internal void Copy(TemporaryFolder to, string run, params string[] arguments)
    {
        string key = string.Join('\n', arguments);
        if (!trained.TryGetValue(key, out string? name))
        {
            var (code, _, errors) = BallastCommand.Run(folder, ["train", .. arguments, "--out", name = $"run{trained.Count}"]);
            Assert.Equal((0, ""), (code, errors));
            trained.Add(key, name);
        }

        Directory.CreateDirectory(to.File(run));
        foreach (string file in Directory.EnumerateFiles(folder.File(name)))
            File.Copy(file, Path.Combine(to.File(run), Path.GetFileName(file)));
    }
}
