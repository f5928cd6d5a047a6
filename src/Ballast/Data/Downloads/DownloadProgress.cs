namespace Ballast;

/// <summary>How far a download is.</summary>
/// <param name="Stage">What is being done, for a person to read.</param>
/// <param name="BytesDone">Bytes done in this stage.</param>
/// <param name="BytesTotal">Bytes in this stage altogether, null where that isn't known.</param>
public sealed record DownloadProgress(string Stage, long BytesDone, long? BytesTotal);
