namespace Ballast;

/// <summary>A place that the files of a dataset can be brought from.</summary>
interface IDataSource
{
    /// <summary>The place, for a message: an address, or a package.</summary>
    string Name { get; }

    /// <summary>Whether the files are on this machine: taking them from there is no download.</summary>
    bool IsAtHand => false;

    /// <summary>Brings the files into a folder made for this attempt, which is thrown away afterwards; nothing in it is
    /// used before its size and SHA-256 have been checked.</summary>
    /// <exception cref="IOException">The place cannot be reached, or the folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">What came is damaged.</exception>
    void Fetch(string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation);
}
