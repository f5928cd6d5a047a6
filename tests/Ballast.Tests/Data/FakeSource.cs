namespace Ballast.Tests.Data;

/// <summary>A source whose way of working, or failing, the test decides.</summary>
sealed class FakeSource(string name, Action<string, CancellationToken> fetch, bool atHand = false) : IDataSource
{
    public string Name => name;

    public bool IsAtHand => atHand;

    public int Fetches { get; private set; }

    public void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        Fetches++;
        progress?.Report(new DownloadProgress(name, 0, null));
        fetch(folder, cancellation);
    }
}
