namespace Ballast.Tests.Data;

// A shell script stands in for dotnet; the tests that need one do nothing on Windows, which has no such scripts.
public sealed class NuGetPackageTests : IDisposable
{
    static readonly DataFile Wanted = new("net.onnx", 6, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"); // "hello\n"

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    DataCache? Cache(string script)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string path = folder.File("dotnet");
        File.WriteAllText(path, "#!/bin/sh\n" + script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new DataCache("The network", folder.File("cache"), [Wanted],
            [new NuGetPackage("Some.Package", "1.2.3", new Dictionary<string, string> { ["net.onnx"] = "tools/net.onnx" }, "1 KB", path)], "fetch it");
    }

    [Fact]
    public void A_file_of_the_package_is_taken_and_checked()
    {
        if (Cache("echo \"$@\" > ../../arguments; mkdir -p some.package/1.2.3/tools; echo hello > some.package/1.2.3/tools/net.onnx") is not { } cache)
            return;
        cache.Fetch(false, null, default);
        Assert.Equal("hello\n", File.ReadAllText(folder.File("cache/net.onnx")));
        Assert.StartsWith("package download Some.Package@1.2.3 --output ", File.ReadAllText(folder.File("arguments")), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_content_is_refused()
    {
        if (Cache("mkdir -p some.package/1.2.3/tools; echo hallo > some.package/1.2.3/tools/net.onnx") is not { } cache)
            return;
        string message = Assert.Throws<IOException>(() => cache.Fetch(false, null, default)).Message;
        Assert.Contains("SHA-256", message, StringComparison.Ordinal);
        Assert.Contains(Wanted.Sha256, message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("cache/net.onnx")));
    }

    [Fact]
    public void Without_a_network_dotnet_says_so_and_so_is_said_here()
    {
        if (Cache("echo 'error NU1301: Unable to load the service index.'; exit 1") is not { } cache)
            return;
        string message = Assert.Throws<IOException>(() => cache.Fetch(false, null, default)).Message;
        Assert.Contains("dotnet package download Some.Package@1.2.3: dotnet ended with 1: error NU1301: Unable to load the service index.", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_without_the_file_is_not_believed()
    {
        if (Cache("mkdir -p some.package/1.2.3") is not { } cache)
            return;
        Assert.Contains("has no file tools/net.onnx", Assert.Throws<IOException>(() => cache.Fetch(false, null, default)).Message, StringComparison.Ordinal);
    }
}
