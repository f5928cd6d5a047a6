using Microsoft.Playwright;

namespace Ballast.BrowserTests;

/// <summary>A headless Chromium of the system's: <c>chromium</c> on the path, or what <c>BALLAST_CHROMIUM</c> names.</summary>
public sealed class Browser : IAsyncLifetime
{
    IPlaywright? playwright;

    /// <summary>Where the browser is; null without one.</summary>
    public static string? Path { get; } = Environment.GetEnvironmentVariable("BALLAST_CHROMIUM") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
            .SelectMany(static folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => System.IO.Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);

    /// <summary>The browser.</summary>
    public IBrowser Chromium { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Path is null)
            return;
        playwright = await Playwright.CreateAsync();
        Chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Path, Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (Chromium is not null)
            await Chromium.CloseAsync();
        playwright?.Dispose();
    }
}

/// <summary>A test that needs a browser, and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Path is null)
            Skip = "There is no chromium on the path (apt-get install chromium, or name it in BALLAST_CHROMIUM).";
    }
}
