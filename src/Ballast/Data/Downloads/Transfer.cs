namespace Ballast;

/// <summary>Adds up what the threads of one stage have done and reports it about once a megabyte.</summary>
sealed class Transfer(IProgress<DownloadProgress>? progress, string stage, long? total)
{
    const long Step = 1 << 20;

    long done;

    /// <summary>Says that the stage begins.</summary>
    public void Begin() => progress?.Report(new DownloadProgress(stage, 0, total));

    /// <summary>Adds bytes that have been done.</summary>
    public void Add(int bytes)
    {
        long now = Interlocked.Add(ref done, bytes);
        if (now / Step != (now - bytes) / Step || now == total)
            progress?.Report(new DownloadProgress(stage, now, total));
    }
}
