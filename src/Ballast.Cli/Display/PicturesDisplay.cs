namespace Ballast.Cli;

/// <summary>Shows how many of a folder's pictures are read.</summary>
sealed class PicturesDisplay(ProgressDisplay progress) : IProgress<(int Done, int Count)>
{
    public void Report((int Done, int Count) value) => progress.Report(
        "reading pictures", value.Count > 0 ? (double)value.Done / value.Count : null, $"{Format.Count(value.Done)} of {Format.Count(value.Count)}");
}
