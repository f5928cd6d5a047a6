namespace Ballast.Lab;

/// <summary>Writes event files of TensorBoard of a study's trials, a folder for each: <c>tensorboard/ARM/SEED</c>. A trial's is written
/// when it is done and before it counts as done: one of a study that was killed is written anew with its trial.</summary>
static class StudyBoard
{
    /// <summary>Writes what a trial measured: its curves, and what it ended with at the last step of these.</summary>
    /// <param name="folder">The study's folder.</param>
    /// <param name="arm">What was tried.</param>
    /// <param name="repeat">Which repetition.</param>
    /// <param name="result">What it measured.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string folder, StudyArm arm, StudyRepeat repeat, TrialResult result)
    {
        string path = Path.Combine(folder, "tensorboard", arm.Name, repeat.Name);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        using var board = new TensorBoardWriter(path);
        foreach (var curve in result.Curves)
        {
            for (int i = 0; i < curve.X.Count; i++)
                board.Scalar($"curves/{curve.Name}", curve.Y[i], (long)Math.Round(curve.X[i]));
        }

        double last = result.Curves.Where(static curve => curve.X.Count > 0).Select(static curve => curve.X[^1]).DefaultIfEmpty(0).Max();
        foreach (var (name, value) in result.Values)
            board.Scalar($"end/{name}", value, (long)Math.Round(last));
    }
}
