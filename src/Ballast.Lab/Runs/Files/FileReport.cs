namespace Ballast.Lab;

/// <summary>Reads what the page of a run on a file shows.</summary>
public static class FileReport
{
    /// <summary>What a run measured so far, and what its network does with the samples held out.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="task">What it learns.</param>
    /// <param name="stepsPerEpoch">Mini-batches in an epoch.</param>
    /// <param name="result">What its network does; null while that is not known.</param>
    /// <exception cref="InvalidDataException">A file in the folder is damaged.</exception>
    public static RunReport Read(RunFolder folder, FileTask task, int stepsPerEpoch, FileResult? result) =>
        RunReport.Read(folder, stepsPerEpoch, task.Trained.Count) with
        {
            Samples = task.Samples,
            Target = string.Join(", ", folder.Record.File!.Targets),
            Findings = result?.Findings,
        };
}
