namespace Ballast.Tests.Data;

public sealed class ProgramPathTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string Program(string name, bool executable = true)
    {
        string path = folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "#!/bin/sh\ntouch ran\n");
        if (executable && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    [Fact]
    public void Only_absolute_folders_of_the_path_are_looked_at()
    {
        if (OperatingSystem.IsWindows())
            return;
        Program("first/npm", executable: false);
        string second = Program("second/npm");
        Assert.Equal(second, ProgramPath.Find("npm", $".::{folder.File("none")}:{folder.File("first")}:{folder.File("second")}"));
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, folder.File("second"));
        Assert.True(File.Exists(Path.Combine(relative, "npm")));
        Assert.Null(ProgramPath.Find("npm", $"{relative}:.:"));
        Assert.Null(ProgramPath.Find("npm", null));
        Assert.Null(ProgramPath.Find($"{relative}/npm", folder.File("second")));
        Assert.Equal(second, ProgramPath.Find(second, null));
    }

    [Fact]
    public void A_program_of_the_current_folder_is_not_started_in_npms_place()
    {
        if (OperatingSystem.IsWindows())
            return;
        Program("npm");
        var (code, _, errors) = BallastProcess.Run(folder, "data", "fetch");
        Assert.Equal(1, code);
        Assert.Contains("npm is not installed, or not on the PATH.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Names(), static name => name.EndsWith("ran", StringComparison.Ordinal));
    }
}
