using System.Diagnostics;

namespace Ballast.Tests.Data;

// A shell script stands in for npm; the tests that need one do nothing on Windows, which has no such scripts.
public sealed class NpmClientTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string? Script(string text)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string path = folder.File("npm");
        File.WriteAllText(path, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    [Fact]
    public void The_archive_is_where_npm_says_it_wrote_it()
    {
        if (Script("echo \"$@\" > arguments; echo noise; echo x > what-1.0.0.tgz; echo what-1.0.0.tgz") is not { } npm)
            return;
        string archive = NpmClient.Pack("what@1.0.0", folder.Path, npm, default);
        Assert.Equal(folder.File("what-1.0.0.tgz"), archive);
        Assert.StartsWith("pack what@1.0.0 ", File.ReadAllText(folder.File("arguments")), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_npm_the_message_says_so()
    {
        if (OperatingSystem.IsWindows())
            return;
        var error = Assert.Throws<IOException>(() => NpmClient.Find("npm-that-is-not-there"));
        Assert.Equal("npm-that-is-not-there is not installed, or not on the PATH.", error.Message);
    }

    [Fact]
    public void What_npm_complained_of_is_passed_on_in_one_line()
    {
        if (Script("echo 'npm error code E404' >&2; echo 'npm error not found' >&2; exit 3") is not { } npm)
            return;
        var error = Assert.Throws<IOException>(() => NpmClient.Pack("what@1.0.0", folder.Path, npm, default));
        Assert.Equal("npm ended with 3: npm error code E404 npm error not found", error.Message);
    }

    [Fact]
    public void An_archive_that_is_not_there_is_not_believed()
    {
        if (Script("echo what-1.0.0.tgz") is not { } npm)
            return;
        Assert.Throws<IOException>(() => NpmClient.Pack("what@1.0.0", folder.Path, npm, default));
    }

    [Fact]
    public void Cancelling_ends_npm_and_what_it_started()
    {
        if (Script("sleep 600 & echo $! > child.tmp; mv child.tmp child; wait") is not { } npm)
            return;
        using var cancel = new CancellationTokenSource();
        var waiting = Task.Run(() => NpmClient.Pack("what@1.0.0", folder.Path, npm, cancel.Token));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(folder.File("child")), TimeSpan.FromSeconds(30)));
        int child = int.Parse(File.ReadAllText(folder.File("child")), System.Globalization.CultureInfo.InvariantCulture);
        cancel.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => waiting.GetAwaiter().GetResult());
        Assert.True(SpinWait.SpinUntil(() => HasEnded(child), TimeSpan.FromSeconds(30)));
    }

    static bool HasEnded(int id)
    {
        try
        {
            // Nobody may have waited for it yet, where the process that should have is gone.
            return !File.Exists($"/proc/{id}/stat") ? Process.GetProcessById(id).HasExited
                : File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return true;
        }
    }
}
