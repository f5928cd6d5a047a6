namespace Ballast;

/// <summary>A folder of files whose sizes and hashes are known, and the places they can be brought from, in the order
/// they are tried. Nothing is used, and nothing takes a file's name, that hasn't been checked.</summary>
/// <param name="title">What the files are together, for messages.</param>
/// <param name="folder">Where they are kept.</param>
/// <param name="files">What they have to contain.</param>
/// <param name="sources">Where they can be had.</param>
/// <param name="fetch">The command that brings them, for messages.</param>
sealed class DataCache(
    string title, string folder, IReadOnlyList<DataFile> files, IReadOnlyList<IDataSource> sources,
    string fetch = "ballast data fetch")
{
    const string AttemptPrefix = ".fetch-";

    /// <summary>How old an attempt's folder is when its process is taken for dead.</summary>
    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    readonly string folder = Path.GetFullPath(folder);

    /// <summary>Hashes every file afresh, in the order they were listed.</summary>
    public DataFileStatus[] Inspect(CancellationToken cancellation = default) => Inspect(folder, cancellation);

    /// <summary>Maps some of the files, checked. Missing ones are brought first, from elsewhere where
    /// <paramref name="download"/> allows it, else only from what is at hand; damaged ones are refused and stay as they are,
    /// since replacing them is for a person to decide.</summary>
    /// <exception cref="InvalidDataException">A file is damaged.</exception>
    /// <exception cref="IOException">A file is missing, and may not or cannot be brought.</exception>
    public MappedFile[] Open(
        IReadOnlyList<DataFile> wanted, bool download, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var mapped = new MappedFile?[wanted.Count];
        Map(wanted, mapped, cancellation);
        IDataSource[] allowed = [.. sources.Where(source => download || source.IsAtHand)];
        if (mapped.Contains(null) && allowed.Length > 0)
        {
            Fetch(status => status.State == DataFileState.Missing, allowed, progress, cancellation);
            Map(wanted, mapped, cancellation);
        }

        if (mapped.Contains(null))
            DataErrors.Missing(title, folder, wanted.Where((_, i) => mapped[i] is null).Select(file => file.Name), fetch);
        return mapped!;
    }

    /// <summary>Brings what is missing or damaged, or everything where <paramref name="force"/> says so.</summary>
    /// <exception cref="IOException">No source could be reached or read, or the folder cannot be written.</exception>
    public void Fetch(bool force, IProgress<DownloadProgress>? progress, CancellationToken cancellation) =>
        Fetch(status => force || status.State != DataFileState.Good, sources, progress, cancellation);

    void Fetch(
        Predicate<DataFileStatus> replaced, IReadOnlyList<IDataSource> asked, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var wanted = files.Zip(Inspect(cancellation)).Where(pair => replaced(pair.Second)).Select(pair => pair.First).ToArray();
        if (wanted.Length == 0)
            return;
        Prepare();
        var failures = new List<(IDataSource, Exception)>();
        foreach (var source in asked)
        {
            // In the folder itself: elsewhere might be another disk, and a rename a slow copy that can break off.
            string attempt = Path.Combine(folder, AttemptPrefix + Guid.NewGuid().ToString("N"));
            try
            {
                Directory.CreateDirectory(attempt);
                source.Fetch(attempt, progress, cancellation);
                Check(attempt, cancellation);
                Place(attempt, wanted);
                return;
            }
            catch (Exception e) when (IsFailure(e, cancellation))
            {
                failures.Add((source, e));
            }
            finally
            {
                Discard(attempt);
            }
        }

        DataErrors.Unfetched(title, folder, files.Select(file => file.Name), fetch, failures);
    }

    void Map(IReadOnlyList<DataFile> wanted, MappedFile?[] mapped, CancellationToken cancellation)
    {
        var damaged = new DataFileStatus?[wanted.Count];
        FileWork.Each(wanted.Count, i =>
        {
            string path = Path.Combine(folder, wanted[i].Name);
            var file = new FileInfo(path);
            if (!file.Exists)
                return;
            // The size first: an empty file cannot be mapped, a wrong one need not be.
            var status = wanted[i].Found(path, file.Length, null);
            if (file.Length == wanted[i].Size)
            {
                mapped[i] = MappedFile.Open(path);
                status = wanted[i].Found(path, mapped[i]!.Length, mapped[i]!.Sha256);
            }

            if (status.State == DataFileState.Damaged)
                damaged[i] = status;
        }, cancellation);
        if (Array.Find(damaged, status => status is not null) is { } first)
            DataErrors.Damaged(first, fetch);
    }

    DataFileStatus[] Inspect(string where, CancellationToken cancellation)
    {
        var found = new DataFileStatus[files.Count];
        FileWork.Each(files.Count, i => found[i] = files[i].Inspect(where), cancellation);
        return found;
    }

    void Check(string attempt, CancellationToken cancellation)
    {
        foreach (var status in Inspect(attempt, cancellation))
        {
            if (status.State != DataFileState.Good)
                DataErrors.Wrong(status);
        }
    }

    void Place(string attempt, IEnumerable<DataFile> wanted)
    {
        foreach (var file in wanted)
        {
            string path = Path.Combine(folder, file.Name);
            try
            {
                File.Move(Path.Combine(attempt, file.Name), path, overwrite: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException
                && file.Inspect(folder).State == DataFileState.Good)
            {
                // Another process has put it there meanwhile, and on Windows has it open.
            }
        }
    }

    void Prepare()
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string attempt in Directory.GetDirectories(folder, AttemptPrefix + "*"))
            {
                if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(attempt) > Abandoned)
                    Discard(attempt);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DataErrors.Unavailable($"{title}: {folder} cannot be written: {e.Message} Choose another cache folder, or "
                + $"set {DataFolder.Variable}.", e);
        }
    }

    static bool IsFailure(Exception e, CancellationToken cancellation) => e switch
    {
        OperationCanceledException => !cancellation.IsCancellationRequested,
        _ => e is IOException or InvalidDataException or UnauthorizedAccessException or HttpRequestException,
    };

    // What cannot be deleted now (a virus scanner looks at it) is deleted by a fetch of another day.
    static void Discard(string attempt)
    {
        try
        {
            if (Directory.Exists(attempt))
                Directory.Delete(attempt, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
