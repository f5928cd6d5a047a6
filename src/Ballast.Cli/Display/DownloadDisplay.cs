namespace Ballast.Cli;

/// <summary>Shows how far a download is: as a bar, or where the output is no terminal as a line for each stage on the
/// error output.</summary>
sealed class DownloadDisplay(ProgressDisplay progress) : IProgress<DownloadProgress>
{
    string? stage;

    public void Report(DownloadProgress value)
    {
        lock (this)
        {
            if (Output.IsTerminal)
            {
                progress.Report(value.Stage, value.BytesTotal > 0 ? (double)value.BytesDone / value.BytesTotal : null,
                    value.BytesTotal is { } total ? $"{Format.Megabytes(value.BytesDone)} of {Format.Megabytes(total)}" : "");
            }
            else if (value.Stage != stage)
            {
                stage = value.Stage;
                Output.Say($"{stage} ...");
            }
        }
    }
}
